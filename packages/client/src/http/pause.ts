import type { IceApiError } from "../errors/ice-api-error.ts";

/** Before the first repetition; each one doubles it. */
const firstPauseMs = 250;

/** No pause is longer, whatever `Retry-After` says: an error that asks for more is thrown. */
const maxPauseMs = 60_000;

/**
 * How long to wait before a request is repeated; undefined if it must not be.
 *
 * @param attempt - number of the attempt that failed, from 0.
 * @param random - from 0 to 1: at most half of the pause is left out, so that many clients do not return at once.
 */
export function pauseAfter(
  { retryable, retryAfterMs }: Pick<IceApiError, "retryable" | "retryAfterMs">,
  attempt: number,
  random: number,
): number | undefined {
  if (!retryable) return undefined;
  if (retryAfterMs !== undefined) return retryAfterMs > maxPauseMs ? undefined : retryAfterMs;
  return Math.min(firstPauseMs * 2 ** attempt, maxPauseMs) * (1 - random / 2);
}

/** Waits. @throws the reason of the signal when it is aborted. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what the caller has aborted with
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
