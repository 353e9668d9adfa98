import type { Clock } from "@ice/core";

/** What waits in this package, without the time of day: leases have that of the database. */
export type Timers = Pick<Clock, "setTimer">;

/** The timers of Node. They keep the process alive. */
export const systemTimers: Timers = {
  setTimer(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after so many milliseconds, or once the signal is aborted. */
export const pass = (timers: Timers, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const cancel = timers.setTimer(ms, end);
    signal?.addEventListener("abort", end, { once: true });
  });
