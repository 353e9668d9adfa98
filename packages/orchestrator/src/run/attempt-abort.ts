/**
 * The cancellation of one attempt. An `AbortController` is made only for an executor that looks at its signal;
 * children and timers register plain callbacks, so a fan of 10,000 nodes adds no listener to any signal of the run.
 */
export class AttemptAbort {
  #controller: AbortController | undefined;
  #stops: Set<() => void> | undefined;
  #aborted: boolean;
  #reason: unknown;

  constructor(aborted = false) {
    this.#aborted = aborted;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  /** @throws the reason, when it is aborted: what has been cancelled does not go on. */
  check(): void {
    if (this.#aborted) this.signal.throwIfAborted();
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Calls `stop` at the abort, or at once when it has happened. Returns an unsubscribe function. */
  onAbort(stop: () => void): () => void {
    if (this.#aborted) {
      stop();
      return () => {};
    }
    const stops = (this.#stops ??= new Set());
    stops.add(stop);
    return () => stops.delete(stop);
  }

  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    const stops = this.#stops;
    this.#stops = undefined;
    if (stops !== undefined) for (const stop of stops) stop();
    this.#controller?.abort(reason);
  }
}
