import type { Clock } from "@ice/core";

/** The clock of one process in a simulation: its timers die with it. */
export interface MortalClock extends Clock {
  /** Timers that wait. */
  readonly pending: number;
  /** Nothing that was set fires any more, nor what is set from now on. */
  stop(): void;
}

/** The same time as `clock`, with timers of its own. */
export function createMortalClock(clock: Clock): MortalClock {
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
