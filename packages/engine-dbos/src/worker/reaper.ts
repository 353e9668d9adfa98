import type { Queries } from "../store/database.ts";
import { selectRuns, type RunRow } from "../store/run-row.ts";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { PostgresDispatcher } from "../dispatch/postgres-dispatcher.ts";
import { lost } from "../dispatch/job-outcome.ts";
import { putOutcome } from "../dispatch/placed-jobs.ts";
import { runsQueue } from "../dispatch/ticket.ts";

/** How often it is looked for dead owners, and for runs that no process goes on with, in milliseconds. */
const [reapMs, sweepMs] = [1000, 30_000];
/** Most that one look takes. */
const [ownersAtOnce, runsAtOnce] = [10, 100];

/** Replaces owners that are gone: what they had taken is taken by others. */
export class Reaper {
  readonly #dispatch: Dispatch;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #untilSweep = sweepMs * Math.random();

  constructor(dispatch: Dispatch) {
    this.#dispatch = dispatch;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      void this.#look()
        .catch(() => {}) // the store is away: the next look tries again
        .finally(() => {
          if (!this.#isStopped) this.start();
        });
    }, reapMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    // After an outage the living renew their leases before any is replaced.
    const { store } = this.#dispatch;
    if (!store.ownership.isSteady) return;
    await store.database.transact((queries) => this.#reap(queries));
    this.#untilSweep -= reapMs;
    if (this.#untilSweep > 0) return;
    this.#untilSweep = sweepMs * (0.75 + Math.random() / 2);
    await this.#sweep();
  }

  /** In a transaction: the process that holds the row of a dead owner replaces it. */
  async #reap(queries: Queries): Promise<void> {
    const { queues, store } = this.#dispatch;
    const dead = await queries.all<{ id: string }>(
      "SELECT id FROM owners WHERE lease_until < now() AND id <> $1 LIMIT $2 FOR UPDATE SKIP LOCKED",
      store.ownership.id,
      ownersAtOnce,
    );
    for (const { id: owner } of dead) {
      const taken = await queues.takenBy(queries, owner);
      const jobs = taken.flatMap(({ id, isJob }) => (isJob ? [id] : []));
      for (const job of jobs) await putOutcome(queries, { job, row: Number(job.split(":")[0]), body: lost });
      await queues.cancel(jobs);
      await queues.giveBack(
        taken.flatMap(({ id, isJob }) => (isJob ? [] : [id])),
        runsQueue,
      );
      await queries.run("UPDATE runs SET takeovers = takeovers + 1 WHERE owner = $1", owner);
      await queries.run("DELETE FROM owners WHERE id = $1", owner);
    }
  }

  /** Detached runs that can go on and that have neither an owner nor a ticket, because a process died in between. */
  async #sweep(): Promise<void> {
    const { queues, store } = this.#dispatch;
    const rows = await store.database.all<RunRow>(
      `${selectRuns} WHERE runs.hosted = 1 AND runs.ended_at IS NULL
        AND (owners.lease_until IS NULL OR owners.lease_until < now())
        AND (runs.status <> 'suspended' OR runs.signals > runs.seen OR runs.resume_at < $1)
        AND NOT EXISTS (SELECT 1 FROM ${queues.schema}.workflow_status AS t WHERE t.status IN ('ENQUEUED', 'PENDING', 'DELAYED')
          AND (t.workflow_uuid = runs.id || '@' || (runs.epoch + 1) OR starts_with(t.workflow_uuid, runs.id || '@' || (runs.epoch + 1) || '.')
            OR t.workflow_uuid = runs.id || '@' || runs.epoch))
        ORDER BY runs.id LIMIT $2`,
      store.options.clock.now() - sweepMs,
      runsAtOnce,
    );
    for (const { tenant, run_id: runId } of rows) await new PostgresDispatcher(this.#dispatch, tenant).handOn(runId);
  }
}
