import { IceError, type RunResult, type RunStore } from "@ice/core";
import { isEnded } from "./ended-result.ts";
import type { EngineResumeOptions } from "./engine-options.ts";
import type { LiveRun } from "./live-run.ts";

/** What resumes a run, so that it is cancelled. */
export interface Resuming {
  resume(runId: string, options: EngineResumeOptions): Promise<RunResult>;
}

interface Cancelling extends Resuming {
  readonly store: RunStore;
  liveRun(runId: string): LiveRun | undefined;
  setTimer(ms: number, callback: () => void): unknown;
}

/** Most tries, and the pause after the first one in milliseconds; each further pause is twice as long. About 5 s in total. */
const [maxTries, firstPauseMs] = [11, 5];

/**
 * Cancels a run, whichever process owns it: its owner is asked to, and one that has no owner is resumed for it. Another process may take
 * the run in between, and is then asked.
 *
 * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_*`.
 */
export async function cancelRun(engine: Cancelling, runId: string, reason: string): Promise<void> {
  // At once in this process; but only what is stored outlives it, and reaches a run that is just being released.
  const live = engine.liveRun(runId);
  live?.cancel(reason);
  const cancelling = cancelStored(engine, runId, reason);
  live?.cancellings.push(cancelling.catch(() => {}));
  await cancelling;
}

async function cancelStored(engine: Cancelling, runId: string, reason: string): Promise<void> {
  const { store } = engine;
  for (let n = 1; ; n += 1) {
    if (await store.requestCancel(runId, reason)) return;
    if (isEnded(await store.summary(runId))) return;
    try {
      await engine.resume(runId, { cancel: reason });
      return;
    } catch (error) {
      if (!isTaken(error) || n === maxTries) throw error;
      await new Promise<void>((resolve) => engine.setTimer(firstPauseMs * 2 ** (n - 1), resolve));
    }
  }
}

/** Whether another process has the run now. */
export const isTaken = (error: unknown): boolean =>
  IceError.is(error) && (error.code === "ICE_STORE_OWNED" || error.code === "ICE_STORE_FENCED");
