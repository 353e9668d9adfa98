import type { ObservedStatus, RunSummary, TenantServices } from "@ice/core";
import type { StartedRun } from "./start-run.ts";

/** A run with one of these goes on by itself. */
const moving: ReadonlySet<ObservedStatus> = new Set<ObservedStatus>(["running", "interrupted", "queued"]);

/** Whether nothing more happens in a run by itself: it has ended, or waits for something. */
const isAtRest = ({ status }: RunSummary): boolean => !moving.has(status);

/**
 * Waits until a run has ended or is suspended.
 *
 * @param options.ms - at most so long.
 * @param options.signal - stops waiting.
 * @returns whether it has.
 */
export async function waitForRest(
  { runId, handle }: StartedRun,
  { feed, views }: TenantServices,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
): Promise<boolean> {
  if (ms === 0 || signal.aborted) return isAtRest(await views.summary(runId));
  return new Promise<boolean>((resolve) => {
    const finish = (rests: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      stop();
      resolve(rests);
    };
    const giveUp = (): void => finish(false);
    const look = (): void => {
      views.summary(runId).then((summary) => isAtRest(summary) && finish(true), giveUp);
    };
    // A run whose process leaves it is not at rest: another process goes on with it.
    const lookLast = (): void => {
      views.summary(runId).then((summary) => finish(isAtRest(summary)), giveUp);
    };
    const timer = setTimeout(giveUp, ms);
    signal.addEventListener("abort", giveUp, { once: true });
    // The engine says so itself for a run that was started here; others are watched.
    const stop = handle === undefined ? feed.watch(runId, look) : () => undefined;
    if (handle === undefined) look();
    else handle.result.then(lookLast, giveUp);
  });
}
