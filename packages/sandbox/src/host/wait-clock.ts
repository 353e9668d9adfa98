/** Measures the total time during which at least one request is open. */
export class WaitClock {
  readonly #stopwatch: () => number;
  #open = 0;
  #since = 0;
  #closedMs = 0;

  constructor(stopwatch: () => number) {
    this.#stopwatch = stopwatch;
  }

  /** The total so far, open requests included. */
  get totalMs(): number {
    return this.#closedMs + (this.#open === 0 ? 0 : this.#stopwatch() - this.#since);
  }

  async during<T>(work: Promise<T>): Promise<T> {
    if (this.#open === 0) this.#since = this.#stopwatch();
    this.#open += 1;
    try {
      return await work;
    } finally {
      this.#open -= 1;
      if (this.#open === 0) this.#closedMs += this.#stopwatch() - this.#since;
    }
  }
}
