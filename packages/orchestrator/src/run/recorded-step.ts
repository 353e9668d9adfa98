import type { Json } from "@ice/core";
import type { Activation } from "./activation.ts";

/**
 * Does something inside an attempt once: what is recorded under `key` is not done again, neither by a resume nor by a retry. The
 * promise resolves when the value is durable. Work that fails is not recorded.
 *
 * @param key - unique within the node.
 * @param work - returns JSON that is not changed any more.
 */
export async function recordedStep(
  activation: Omit<Activation, "config">,
  key: string,
  work: () => Promise<Json>,
): Promise<Json> {
  const { run, path } = activation;
  const known = run.steps.get(path, key);
  if (known !== undefined) return known;
  const value = await work();
  if (activation.ended) return value;
  // What the node has used goes into this record, so that a crash loses none of it.
  const { usage } = activation;
  activation.usage = undefined;
  run.steps.keep({ path, key, value });
  await run.append({ kind: "step", at: run.clock.now(), path, key, value, ...(usage && { usage }) });
  return value;
}
