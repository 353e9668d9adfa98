import type { Clock } from "@ice/core";

/** The clock of one process in a simulation; its timers stop with the process. */
export interface ProcessClock extends Clock {
  /** Number of pending timers. */
  readonly pending: number;
  /** Cancels all timers; timers set later never fire. */
  stop(): void;
}

/** Returns a clock with the time of `clock` and its own timers. */
export function createProcessClock(clock: Clock): ProcessClock {
  const pending = new Set<() => void>();
  let stopped = false;
  return {
    now: () => clock.now(),
    setTimer(ms, callback) {
      if (stopped) return () => {};
      const cancelTimer = clock.setTimer(ms, () => {
        pending.delete(cancel);
        callback();
      });
      const cancel = (): void => {
        pending.delete(cancel);
        cancelTimer();
      };
      pending.add(cancel);
      return cancel;
    },
    get pending() {
      return pending.size;
    },
    stop() {
      stopped = true;
      for (const cancelTimer of pending) cancelTimer();
    },
  };
}
