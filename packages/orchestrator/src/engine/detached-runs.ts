/** The runs in progress in this process that nodes of other runs have started and do not wait for, of any tenant. */
export class DetachedRuns {
  readonly #running = new Set<Promise<unknown>>();

  /**
   * Starts a run. Resolves when it is recorded, and rejects if it cannot be.
   *
   * @param execute - runs it to its end, and calls `onCreated` once it is recorded.
   */
  start(execute: (onCreated: () => void) => Promise<unknown>): Promise<void> {
    return new Promise((onCreated, reject) => {
      const ended = execute(onCreated).catch(reject);
      this.#running.add(ended);
      void ended.finally(() => this.#running.delete(ended));
    });
  }

  /** Resolves when all of them have ended, or are suspended. */
  async whenEnded(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
