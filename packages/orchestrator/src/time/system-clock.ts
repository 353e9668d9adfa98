import type { Clock } from "@ice/core";

/** `setTimeout` waits at most 2^31 − 1 ms and fires at once beyond that, so longer delays are split. */
const maxTimeoutMs = 2 ** 31 - 1;

/** The clock of the machine. Its timers keep the process alive, because a waiting run is a run in progress. */
export const systemClock: Clock = {
  now: Date.now,
  setTimer(ms, callback) {
    let timer: NodeJS.Timeout;
    const arm = (remainingMs: number): void => {
      const pieceMs = Math.min(remainingMs, maxTimeoutMs);
      timer = setTimeout(() => (remainingMs > pieceMs ? arm(remainingMs - pieceMs) : callback()), pieceMs);
    };
    arm(Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};
