import { setImmediate as nextTurn } from "node:timers/promises";

/** Gives each piece of work its own turn of the event loop, in order, so that many of them together do not block it. */
export class YieldQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves when it is the caller's turn. */
  take(): Promise<unknown> {
    this.#last = this.#last.then(() => nextTurn());
    return this.#last;
  }
}
