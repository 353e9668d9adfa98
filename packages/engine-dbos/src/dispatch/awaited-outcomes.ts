import type { PlacedListener, PlacedResult } from "@ice/core";
import type { Database } from "../store/database.ts";
import { cancelled, decodeOutcome } from "./job-outcome.ts";
import { decodeStep } from "./job-step.ts";
import { Looks } from "./looks.ts";
import type { Queues } from "./queues.ts";
import { rowOf } from "./ticket.ts";

interface Awaited extends PromiseWithResolvers<PlacedResult>, PlacedListener {
  /** Id of the worker that was reported as the one that has taken it. */
  worker?: string;
}

/** Outcomes that runs of this process wait for, and the workers that take the jobs: one question for all of them. */
export class AwaitedOutcomes {
  readonly #database: Database;
  readonly #queues: Pick<Queues, "schema">;
  readonly #waiting = new Map<string, Awaited>();
  readonly #looks: Looks;

  /** @param lookMs - interval in which is looked for outcomes that no note has announced. */
  constructor(database: Database, queues: Pick<Queues, "schema">, lookMs: number) {
    this.#database = database;
    this.#queues = queues;
    this.#looks = new Looks({ isNeeded: () => this.#waiting.size > 0, look: () => this.#look() }, lookMs);
  }

  /** Resolves with the outcome and the steps of a job, whichever process has written them. */
  of(job: string, listener: PlacedListener = {}): Promise<PlacedResult> {
    const waiting = this.#waiting.get(job) ?? { ...Promise.withResolvers<PlacedResult>(), ...listener };
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
    const rows = await this.#database.all<{
      job: string;
      body: string | null;
      worker: string | null;
      isOver: boolean;
      steps: string[] | null;
    }>(
      `SELECT one.job, body, taken.executor_id AS worker, body IS NOT NULL OR runs.id IS NULL AS "isOver",
          CASE WHEN body IS NOT NULL THEN (SELECT array_agg(step.body ORDER BY seq) FROM job_steps AS step WHERE step.job = one.job) END AS steps
        FROM unnest($1::text[], $2::bigint[], $3::text[]) AS one (job, run, worker)
        LEFT JOIN outcomes ON outcomes.job = one.job
        LEFT JOIN runs ON runs.id = one.run
        LEFT JOIN ${this.#queues.schema}.workflow_status AS taken
          ON taken.workflow_uuid = one.job AND taken.status IN ('PENDING', 'SUCCESS')
        WHERE body IS NOT NULL OR runs.id IS NULL OR taken.executor_id <> coalesce(one.worker, '')`,
      jobs,
      jobs.map(rowOf),
      jobs.map((job) => this.#waiting.get(job)?.worker ?? null),
    );
    for (const { job, body, worker, isOver, steps } of rows) {
      const waiting = this.#waiting.get(job);
      if (waiting !== undefined && worker !== null && worker !== waiting.worker) {
        waiting.worker = worker;
        waiting.onClaimed?.(worker);
      }
      if (!isOver) continue;
      // Without its run a job has no outcome any more.
      this.#waiting.delete(job);
      try {
        waiting?.resolve({ ...decodeOutcome(body ?? cancelled), steps: steps?.map(decodeStep) });
      } catch (error) {
        waiting?.reject(error);
      }
    }
  }
}
