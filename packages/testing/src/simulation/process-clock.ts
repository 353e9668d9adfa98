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
  const undos = new Set<() => void>();
  let stopped = false;
  return {
    now: () => clock.now(),
    setTimer(ms, callback) {
      if (stopped) return () => {};
      const undo = clock.setTimer(ms, () => {
        undos.delete(cancel);
        callback();
      });
      const cancel = (): void => {
        undos.delete(cancel);
        undo();
      };
      undos.add(cancel);
      return cancel;
    },
    get pending() {
      return undos.size;
    },
    stop() {
      stopped = true;
      for (const undo of undos) undo();
    },
  };
}
