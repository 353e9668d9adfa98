import type { Clock } from "@ice/core";

/** The timers of one run in this process. */
export class Timers {
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back once, after `ms` milliseconds; never after `cancelAll`. Returns a function that cancels the timer. */
  set(ms: number, callback: () => void): () => void {
    if (this.#isOver) return () => {};
    const cancelTimer = this.#clock.setTimer(ms, () => {
      this.#cancels.delete(cancel);
      callback();
    });
    const cancel = (): void => {
      this.#cancels.delete(cancel);
      cancelTimer();
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  cancelAll(): void {
    this.#isOver = true;
    for (const cancel of this.#cancels) cancel();
  }
}
