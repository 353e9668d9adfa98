/** Stops something that belongs to an attempt. Returns a promise if it takes time to close: it settles when it has, and never rejects. */
export type StopWork = () => Promise<unknown> | void;

/**
 * The cancellation of one attempt. An `AbortController` is created only for an executor that reads its signal; children and
 * timers register plain callbacks, so that 10,000 parallel nodes add no listeners to a signal of the run.
 */
export class AttemptAbort {
  #controller: AbortController | undefined;
  #stops: Set<StopWork> | undefined;
  #closing: Promise<unknown> | undefined;
  #aborted: boolean;
  #reason: unknown;

  constructor(aborted = false) {
    this.#aborted = aborted;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  /** @throws the reason if it is aborted, so that cancelled work does not continue. */
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

  /** Calls `stop` on abort, or at once if it is aborted already. Returns an unsubscribe function. */
  onAbort(stop: StopWork): () => void {
    if (this.#aborted) {
      void stop();
      return () => {};
    }
    const stops = (this.#stops ??= new Set());
    stops.add(stop);
    return () => stops.delete(stop);
  }

  /** Aborts it. Returns a promise if something in it takes time to close, also when it was aborted before. */
  abort(reason: unknown): Promise<unknown> | undefined {
    if (this.#aborted) return this.#closing;
    this.#aborted = true;
    this.#reason = reason;
    const stops = this.#stops;
    this.#stops = undefined;
    if (stops !== undefined) for (const stop of stops) this.#closing = both(this.#closing, stop() ?? undefined);
    this.#controller?.abort(reason);
    return this.#closing;
  }
}

const both = (one: Promise<unknown> | undefined, other: Promise<unknown> | undefined): Promise<unknown> | undefined =>
  one === undefined ? other : other === undefined ? one : Promise.all([one, other]);
