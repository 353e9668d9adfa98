import type { JsonObject, QueuedRun, RunToQueue } from "@ice/core";
import { requireDispatcher } from "@ice/core/internal";
import type { Plan } from "../plan/plan.ts";
import type { InternalRunOptions } from "./engine-options.ts";
import { newRun, type Heading } from "./new-run.ts";

/**
 * Puts a run into the queue of the store: a worker begins it, and workers care for it until it ends.
 *
 * @throws see `Engine.execute`; IceError `ICE_QUEUE_FULL`, `ICE_USAGE` for a store without a queue.
 */
export async function enqueueRun(
  engine: Heading,
  plan: Plan,
  givenInputs: JsonObject,
  { priority, onCreated, ...options }: RunToQueue & InternalRunOptions,
): Promise<QueuedRun> {
  const dispatcher = requireDispatcher(engine.store);
  const run = await newRun(engine, plan, givenInputs, { ...options, hosted: true });
  await dispatcher.enqueue(run, { priority });
  onCreated?.();
  return { runId: run.runId, status: "queued" };
}
