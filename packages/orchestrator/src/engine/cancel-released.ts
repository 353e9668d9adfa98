import { IceError, type RunResult } from "@ice/core";
import { isTaken, type Resuming } from "./cancel-run.ts";
import type { EngineResumeOptions } from "./engine-options.ts";

/**
 * Cancels a run that this process was asked to cancel while it released it. If it cannot do so, that is left to the next owner.
 *
 * @param released - its result so far.
 * @param options - those with which it was started or resumed.
 */
export async function cancelReleased(
  engine: Resuming,
  released: RunResult,
  options: EngineResumeOptions,
): Promise<RunResult> {
  try {
    return await engine.resume(released.runId, { ...options, kept: undefined });
  } catch (error) {
    if (!isLeft(error)) throw error;
    return released;
  }
}

/** Another process has the run, or has deleted it, or this one is about to end. */
const isLeft = (error: unknown): boolean =>
  isTaken(error) ||
  (IceError.is(error) && (error.code === "ICE_ORCHESTRATOR_CLOSED" || error.code === "ICE_RUN_NOT_FOUND"));
