import { IceError, type RunResult } from "@ice/core";

/**
 * Runs between the call that starts them and their first step. They are not among the live runs yet when an orchestrator closes.
 */
export class StartingRuns {
  /** Each resolves when its run is live, or has failed before that. */
  readonly #starting = new Set<Promise<void>>();
  #isClosed = false;

  /**
   * Counts a run as starting until it is live or has ended.
   *
   * @throws IceError `ICE_ORCHESTRATOR_CLOSED` after `close()`.
   */
  async begin(work: (isLive: () => void) => Promise<RunResult>): Promise<RunResult> {
    if (this.#isClosed)
      throw new IceError(
        "ICE_ORCHESTRATOR_CLOSED",
        "The orchestrator is closing or closed: no run starts or resumes.",
        {
          fix: "wait for the runs before you call close(); to continue, call initializeOrchestrator() again, with a new runtime",
        },
      );
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#starting.add(promise);
    const isLive = (): void => {
      this.#starting.delete(promise);
      resolve();
    };
    try {
      return await work(isLive);
    } finally {
      isLive();
    }
  }

  /** Starts no further runs. Resolves when those that are starting are live, or have failed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#starting);
  }
}
