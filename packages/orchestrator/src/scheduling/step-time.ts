import type { Clock } from "@ice/core";

/**
 * The time of the current step of a run. A node that starts as soon as another has ended starts at that time: reading the clock
 * is a tenth of the engine's work for a node.
 */
export class StepTime {
  readonly #clock: Clock;
  #known: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Reads the clock, because something has ended. Epoch milliseconds. */
  read(): number {
    return (this.#known = this.#clock.now());
  }

  /** The time at which something starts; it may take time itself. */
  take(): number {
    const time = this.#known ?? this.#clock.now();
    this.#known = undefined;
    return time;
  }

  /** The next step is unrelated. */
  forget(): void {
    this.#known = undefined;
  }
}
