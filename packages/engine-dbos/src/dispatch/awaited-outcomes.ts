import type { PlacedOutcome } from "@ice/core";
import { cancelled, decodeOutcome } from "./job-outcome.ts";
import { Looks } from "./looks.ts";
import { systemTimers, type Timers } from "./system-timers.ts";

/** The outcome of a job as it was written; null if its run is gone. */
export interface FoundOutcome {
  readonly job: string;
  readonly body: string | null;
}

/** Outcomes that runs of this process wait for: one question for all of them. */
export class AwaitedOutcomes {
  readonly #find: (jobs: readonly string[]) => Promise<readonly FoundOutcome[]>;
  readonly #waiting = new Map<string, PromiseWithResolvers<PlacedOutcome>>();
  readonly #looks: Looks;

  /** @param find - the outcomes of those of some jobs that have one. */
  constructor(find: (jobs: readonly string[]) => Promise<readonly FoundOutcome[]>, timers: Timers = systemTimers) {
    this.#find = find;
    this.#looks = new Looks({ isNeeded: () => this.#waiting.size > 0, look: () => this.#look() }, timers);
  }

  /** Resolves with the outcome of a job, whichever process has written it. */
  of(job: string): Promise<PlacedOutcome> {
    const waiting = this.#waiting.get(job) ?? Promise.withResolvers<PlacedOutcome>();
    this.#waiting.set(job, waiting);
    this.#looks.start();
    return waiting.promise;
  }

  close(): void {
    this.#looks.stop();
    this.#waiting.clear();
  }

  async #look(): Promise<void> {
    // Without its run a job has no outcome any more.
    for (const { job, body } of await this.#find([...this.#waiting.keys()])) {
      const waiting = this.#waiting.get(job);
      this.#waiting.delete(job);
      try {
        waiting?.resolve(decodeOutcome(body ?? cancelled));
      } catch (error) {
        waiting?.reject(error);
      }
    }
  }
}
