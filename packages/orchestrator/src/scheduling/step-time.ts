import type { Clock } from "@ice/core";

/**
 * The time of the step that a run takes. A node that starts as soon as another has ended starts when that one ended: a look at
 * the clock is a tenth of what the engine does for a node.
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

  /** The time at which something starts; what it does takes time of its own. */
  take(): number {
    const time = this.#known ?? this.#clock.now();
    this.#known = undefined;
    return time;
  }

  /** Something else comes first. */
  forget(): void {
    this.#known = undefined;
  }
}
