import type { PlacedOutcome } from "@ice/core";
import type { Database } from "../store/database.ts";
import { decodeOutcome } from "./job-outcome.ts";

/** How often outcomes are looked for while any are awaited, in milliseconds. */
const lookMs = 100;

/** Outcomes that runs of this process wait for: one question for all of them. */
export class AwaitedOutcomes {
  readonly #database: Database;
  readonly #waiting = new Map<string, PromiseWithResolvers<PlacedOutcome>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Resolves with the outcome of a job, whichever process has written it. */
  of(job: string): Promise<PlacedOutcome> {
    const waiting = this.#waiting.get(job) ?? Promise.withResolvers<PlacedOutcome>();
    this.#waiting.set(job, waiting);
    this.#arm();
    return waiting.promise;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => {
      void this.#look()
        .catch(() => {}) // the store is away: the next look tries again
        .finally(() => {
          this.#timer = undefined;
          if (this.#waiting.size > 0) this.#arm();
        });
    }, lookMs);
  }

  async #look(): Promise<void> {
    const rows = await this.#database.all<{ job: string; body: string }>(
      "SELECT job, body FROM outcomes WHERE job = ANY ($1::text[])",
      [...this.#waiting.keys()],
    );
    for (const { job, body } of rows) {
      const waiting = this.#waiting.get(job);
      this.#waiting.delete(job);
      try {
        waiting?.resolve(decodeOutcome(body));
      } catch (error) {
        waiting?.reject(error);
      }
    }
  }
}
