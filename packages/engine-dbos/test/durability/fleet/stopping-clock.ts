import type { Clock } from "@ice/core";

/** The clock of one process of a fleet. Everything that happens in the process goes through it. */
export interface StoppingClock extends Clock {
  readonly isStanding: boolean;
  /** The process stands still: nothing happens in it until it goes on, in the order in which it should have. */
  stand(): void;
  goOn(): void;
  /** The process ends: nothing happens in it any more. */
  stop(): void;
  /** Something from outside reaches the process. */
  deliver(callback: () => void): void;
}

/** Returns a clock with the time of `clock` and its own timers. */
export function createStoppingClock(clock: Clock): StoppingClock {
  const pending = new Set<() => void>();
  const missed: (() => void)[] = [];
  let state: "runs" | "stands" | "ended" = "runs";
  const happen = (callback: () => void): void => {
    if (state === "stands" || missed.length > 0) missed.push(callback);
    else if (state === "runs") callback();
  };
  const catchUp = (): void => {
    if (state !== "runs") return;
    missed.shift()?.();
    if (missed.length > 0) clock.setTimer(0, catchUp);
  };
  return {
    now: () => clock.now(),
    setTimer(ms, callback) {
      if (state === "ended") return () => {};
      let isCancelled = false;
      const cancelTimer = clock.setTimer(ms, () => {
        pending.delete(cancelTimer);
        happen(() => isCancelled || callback());
      });
      pending.add(cancelTimer);
      return () => {
        isCancelled = true;
        pending.delete(cancelTimer);
        cancelTimer();
      };
    },
    get isStanding() {
      return state === "stands";
    },
    stand() {
      if (state === "runs") state = "stands";
    },
    goOn() {
      if (state !== "stands") return;
      state = "runs";
      clock.setTimer(0, catchUp);
    },
    stop() {
      state = "ended";
      missed.length = 0;
      for (const cancelTimer of pending) cancelTimer();
    },
    deliver: happen,
  };
}
