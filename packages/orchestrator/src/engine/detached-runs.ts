import { IceError } from "@ice/core";

/** The runs in progress in this process that nodes of other runs have started and do not wait for, of any tenant. */
export class DetachedRuns {
  readonly #running = new Set<Promise<unknown>>();
  readonly #limit: number;

  /** @param limit - maximum number in progress: a run that starts itself several times would otherwise take all memory. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Starts a run. Resolves when it is recorded, and rejects if it cannot be.
   *
   * @param execute - runs it to its end, and calls `onCreated` once it is recorded.
   * @throws IceError `ICE_DETACHED_LIMIT`.
   */
  start(execute: (onCreated: () => void) => Promise<unknown>): Promise<void> {
    if (this.#running.size >= this.#limit) return Promise.reject(tooMany(this.#limit));
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

const tooMany = (limit: number): IceError =>
  new IceError("ICE_DETACHED_LIMIT", `${limit} detached runs are in progress in this process, which is the limit.`, {
    fix: "start fewer, wait for them in a workflow that is not detached, or raise `limits.detachedRuns`",
    retryable: true,
  });
