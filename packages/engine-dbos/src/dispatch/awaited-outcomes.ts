import type { PlacedOutcome } from "@ice/core";
import type { Database } from "../store/database.ts";
import { cancelled, decodeOutcome } from "./job-outcome.ts";
import { Looks } from "./looks.ts";
import { rowOf } from "./ticket.ts";

/** Outcomes that runs of this process wait for: one question for all of them. */
export class AwaitedOutcomes {
  readonly #database: Database;
  readonly #waiting = new Map<string, PromiseWithResolvers<PlacedOutcome>>();
  readonly #looks: Looks;

  /** @param lookMs - interval in which is looked for outcomes that no note has announced. */
  constructor(database: Database, lookMs: number) {
    this.#database = database;
    this.#looks = new Looks({ isNeeded: () => this.#waiting.size > 0, look: () => this.#look() }, lookMs);
  }

  /** Resolves with the outcome of a job, whichever process has written it. */
  of(job: string): Promise<PlacedOutcome> {
    const waiting = this.#waiting.get(job) ?? Promise.withResolvers<PlacedOutcome>();
    this.#waiting.set(job, waiting);
    this.#looks.look();
    return waiting.promise;
  }

  /** No one waits for it any more. */
  forget(job: string): void {
    this.#waiting.delete(job);
  }

  /** There may be outcomes now. */
  look(): void {
    this.#looks.look();
  }

  close(): void {
    this.#looks.stop();
    this.#waiting.clear();
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
