import { IceError, type RunResult } from "@ice/core";
import { isTaken, type Resuming } from "./cancel-run.ts";
import type { EngineResumeOptions } from "./engine-options.ts";
import type { LiveRun } from "./live-run.ts";

interface Releasing extends Resuming {
  show(runId: string): Promise<RunResult>;
}

/**
 * What a run is after this process has released it. A request to cancel it that came meanwhile is carried out before: by the one who
 * made it, if that was in this process and too late to be stored with the run, otherwise here. If that is not possible, it is left to
 * the next owner.
 *
 * @param released - its result when it was released.
 * @param options - those with which it was started or resumed.
 */
export async function resultAfterRelease(
  engine: Releasing,
  live: LiveRun,
  released: RunResult,
  options: EngineResumeOptions,
): Promise<RunResult> {
  const { runId, status } = released;
  await Promise.all(live.cancellings);
  const isLate = live.isCancelledLate || (status === "suspended" && options.signal?.aborted === true);
  if (!isLate) return live.cancellings.length === 0 ? released : engine.show(runId);
  try {
    return await engine.resume(runId, { ...options, kept: undefined });
  } catch (error) {
    if (!isLeft(error)) throw error;
    return released;
  }
}

/** Another process has the run, or has deleted it, or this one is about to end. */
const isLeft = (error: unknown): boolean =>
  isTaken(error) ||
  (IceError.is(error) && (error.code === "ICE_ORCHESTRATOR_CLOSED" || error.code === "ICE_RUN_NOT_FOUND"));
