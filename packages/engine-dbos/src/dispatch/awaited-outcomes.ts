import type { PlacedOutcome } from "@ice/core";
import type { Database } from "../store/database.ts";
import { cancelled, decodeOutcome } from "./job-outcome.ts";
import { rowOf } from "./ticket.ts";

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
    const jobs = [...this.#waiting.keys()];
    const rows = await this.#database.all<{ job: string; body: string | null }>(
      `SELECT one.job, body FROM unnest($1::text[], $2::bigint[]) AS one (job, run) LEFT JOIN outcomes ON outcomes.job = one.job
        WHERE body IS NOT NULL OR NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = one.run)`,
      jobs,
      jobs.map(rowOf),
    );
    // Without its run a job has no outcome any more.
    for (const { job, body } of rows) {
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
