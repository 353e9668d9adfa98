import type { Clock } from "@ice/core";
import { isBusy, toStoreError } from "./store-error.ts";

/** Delays between attempts at a locked store; the last one repeats. */
const delaysMs = [1, 2, 5, 10, 20, 50] as const;

export interface BusyRetryOptions {
  readonly clock: Clock;
  /** Path of the store, for errors. */
  readonly path: string;
  /** How long to wait for a locked store, in milliseconds. */
  readonly lockedMs: number;
}

/**
 * Does `work`, and repeats it while another program locks the store. The event loop stays free. Delays are added up instead of
 * read from the clock, so that a clock that jumps changes nothing.
 *
 * @throws IceError `ICE_STORE_LOCKED` after `lockedMs`, any other `ICE_STORE_*` at once.
 */
export async function retryWhileBusy<T>(
  work: () => T | Promise<T>,
  { clock, path, lockedMs }: BusyRetryOptions,
): Promise<T> {
  for (let attempt = 0, waitedMs = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || waitedMs >= lockedMs) throw toStoreError(error, path);
    }
    const ms = delaysMs[Math.min(attempt, delaysMs.length - 1)]!;
    waitedMs += ms;
    await new Promise<void>((resolve) => clock.setTimer(ms, resolve));
  }
}
