import type { Json } from "@ice/core";
import type { LoggedStep } from "../history/step-log.ts";
import type { Activation } from "./activation.ts";
import type { AttemptAbort } from "./attempt-abort.ts";

/**
 * Does something inside an attempt once: what is recorded under `key` is not done again, neither by a resume nor by a retry. The
 * promise resolves when the value is durable. Work that fails is not recorded. If the attempt has ended meanwhile, the
 * promise rejects with the reason; the value may still be recorded for the next attempt.
 *
 * @param key - unique within the node.
 * @param work - returns JSON that is not changed any more.
 * @param current - the abort state of the attempt that the step belongs to. Code that may outlive its attempt passes the one it started with.
 */
export async function recordedStep(
  activation: Omit<Activation, "config">,
  key: string,
  work: () => Promise<Json>,
  current: AttemptAbort = activation.current,
): Promise<Json> {
  const { run, path } = activation;
  current.check();
  const known = run.steps.get(path, key) ?? (await firstStep(activation, key, work));
  await known.durable;
  current.check();
  return known.value;
}

/** Does the work, and records its value unless another attempt has been faster. */
async function firstStep(
  activation: Omit<Activation, "config">,
  key: string,
  work: () => Promise<Json>,
): Promise<LoggedStep> {
  const { run, path } = activation;
  const value = await work();
  const known = run.steps.get(path, key);
  if (known !== undefined || activation.ended) return known ?? { value };
  // What the node has used goes into this record, so that a crash loses none of it.
  const { usage } = activation;
  activation.usage = undefined;
  const durable = run.append({ kind: "step", at: run.clock.now(), path, key, value, ...(usage && { usage }) });
  const step = { value, durable };
  run.steps.keep(path, key, step);
  return step;
}
