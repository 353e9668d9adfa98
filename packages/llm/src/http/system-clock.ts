import type { Clock } from "@ice/core";

/** The clock of the machine, for waits of at most a day. */
export const systemClock: Clock = {
  now: Date.now,
  setTimer(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
