/** A bounded number of places, taken in the order of asking. */
export class Places {
  readonly #mostWaiting: number;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor({ places, mostWaiting }: { readonly places: number; readonly mostWaiting: number }) {
    this.#free = places;
    this.#mostWaiting = mostWaiting;
  }

  /** Whether as many wait as may wait. */
  get full(): boolean {
    return this.#waiting.length >= this.#mostWaiting;
  }

  /**
   * Waits for a place; it is to be given back with `release`.
   *
   * @throws the signal's reason when it aborts first.
   */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(enter);
    });
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
