import { FairQueue } from "../pool/fair-queue.ts";

export interface PlacesOptions {
  readonly places: number;
  /** Callers of one run that may wait; in all, ten times as many. */
  readonly maxWaiting: number;
}

/** A bounded number of places. Those who wait are served run by run, so that one run does not hold up another. */
export class Places {
  readonly #waiting: FairQueue<() => void>;
  #free: number;

  constructor({ places, maxWaiting }: PlacesOptions) {
    this.#free = places;
    this.#waiting = new FairQueue({ maxPerKey: maxWaiting, maxInAll: 10 * maxWaiting });
  }

  /** Whether as many wait as may wait. */
  isFullFor(run: string): boolean {
    return this.#waiting.fullFor(run) !== undefined;
  }

  /**
   * Waits for a place; it is to be given back with `release`.
   *
   * @throws the signal's reason when it aborts first.
   */
  async take(run: string, signal: AbortSignal): Promise<void> {
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
        this.#waiting.remove(run, enter);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.add(run, enter);
    });
  }

  release(): void {
    const next = this.#waiting.take();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
