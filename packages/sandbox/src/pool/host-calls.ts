import type { GuestCall } from "../lane/execution.ts";

/**
 * What one execution may have under way at the host: calls that are worked on, and answers that its code has not taken. The host
 * holds their bytes, up to some MiB each.
 */
const maxAtOnce = 8;

/** The calls of one execution, in order: so many at once, the others wait. */
export class HostCalls {
  readonly #waiting: GuestCall[] = [];
  #open = 0;
  #answered = 0;
  #taken = 0;

  /** How many answers were sent. */
  get answered(): number {
    return this.#answered;
  }

  add(call: GuestCall): void {
    this.#waiting.push(call);
  }

  /** The next call that may be worked on, if there is one. */
  next(): GuestCall | undefined {
    if (this.#open + this.#answered - this.#taken >= maxAtOnce) return undefined;
    const call = this.#waiting.shift();
    if (call !== undefined) this.#open += 1;
    return call;
  }

  /** An answer was sent. */
  answer(): void {
    this.#open -= 1;
    this.#answered += 1;
  }

  /** @param answers - how many the code has taken up to now. */
  take(answers: number): void {
    this.#taken = answers;
  }
}
