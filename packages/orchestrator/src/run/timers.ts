import type { Clock } from "@ice/core";

/** The timers that a process has for one run. */
export class Timers {
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back once, `ms` milliseconds from now. Returns a function that cancels it. */
  set(ms: number, callback: () => void): () => void {
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
    for (const cancel of this.#cancels) cancel();
  }
}
