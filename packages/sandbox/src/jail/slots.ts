import { FairQueue } from "../pool/fair-queue.ts";

export interface SlotsOptions {
  readonly slots: number;
  /** Maximum number of waiting callers of one run; in total, ten times as many. */
  readonly maxWaiting: number;
}

/** A bounded number of slots. Waiting callers are served run by run, so that one run does not block another. */
export class Slots {
  readonly #waiting: FairQueue<() => void>;
  #free: number;

  constructor({ slots, maxWaiting }: SlotsOptions) {
    this.#free = slots;
    this.#waiting = new FairQueue({ maxPerKey: maxWaiting, maxInAll: 10 * maxWaiting });
  }

  /** Whether the maximum number of callers is waiting. */
  isFullFor(run: string): boolean {
    return this.#waiting.fullFor(run) !== undefined;
  }

  /** Waits for a slot, which must be released with `release`. @throws the signal's reason if it aborts first. */
  async take(run: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener("abort", cancel);
        resolve();
      };
      const cancel = (): void => {
        this.#waiting.remove(run, enter);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", cancel, { once: true });
      this.#waiting.add(run, enter);
    });
  }

  release(): void {
    const next = this.#waiting.take();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
