import type { Connected } from "../store/database.ts";
import { selectRuns, type RunRow } from "../store/run-row.ts";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { handOnIn } from "../dispatch/hand-on.ts";
import { lost } from "../dispatch/job-outcome.ts";
import { noteOutcomes } from "../dispatch/placed-jobs.ts";
import { PostgresDispatcher } from "../dispatch/postgres-dispatcher.ts";
import { takeBack } from "./take-back.ts";

/** How often it is looked for dead owners, and for runs that no process goes on with, in milliseconds. */
const [reapMs, sweepMs] = [1000, 30_000];
/** Most that one look takes. */
const [ownersAtOnce, runsAtOnce] = [10, 100];

/** A process that has died, and how much of what it had taken others go on with. */
export interface ReplacedOwner {
  readonly worker: string;
  readonly host: string;
  readonly pid: number;
  readonly runs: number;
  readonly jobs: number;
}

/** Replaces owners that are gone: what they had taken is taken by others. */
export class Reaper {
  readonly #dispatch: Dispatch;
  readonly #onSweep: () => Promise<void>;
  readonly #onReplaced: (owner: ReplacedOwner) => void;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #untilSweep = sweepMs * Math.random();

  /**
   * @param onSweep - called from time to time, for what this worker may have left undone.
   * @param onReplaced - called for each owner that this worker has replaced.
   */
  constructor(dispatch: Dispatch, onSweep: () => Promise<void>, onReplaced: (owner: ReplacedOwner) => void = () => {}) {
    this.#dispatch = dispatch;
    this.#onSweep = onSweep;
    this.#onReplaced = onReplaced;
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
    // After an outage the living renew their leases before any of them is replaced.
    const { store } = this.#dispatch;
    if (!store.ownership.isSteady) return;
    const { rows, replaced } = await store.database.transact((queries) => this.#reap(queries));
    for (const owner of replaced) this.#onReplaced(owner);
    await noteOutcomes(store.database, rows);
    this.#untilSweep -= reapMs;
    if (this.#untilSweep > 0) return;
    this.#untilSweep = sweepMs * (0.75 + Math.random() / 2);
    await this.sweep();
  }

  /** In a transaction: the process that holds the row of a dead owner replaces it. @returns numbers of runs whose nodes are lost. */
  async #reap(
    queries: Connected,
  ): Promise<{ readonly rows: readonly number[]; readonly replaced: readonly ReplacedOwner[] }> {
    const rows: number[] = [];
    const replaced: ReplacedOwner[] = [];
    const { queues, store } = this.#dispatch;
    const dead = await queries.all<{ id: string; host: string; pid: number }>(
      "SELECT id, host, pid FROM owners WHERE lease_until < now() AND id <> $1 LIMIT $2 FOR UPDATE SKIP LOCKED",
      store.ownership.id,
      ownersAtOnce,
    );
    for (const { id: owner, host, pid } of dead) {
      const jobs = await takeBack(this.#dispatch, queries, owner, lost);
      rows.push(...jobs);
      await queries.run(
        `UPDATE runs SET takeovers = CASE WHEN nodes = taken_nodes THEN takeovers + 1 ELSE 1 END, taken_nodes = nodes
          WHERE owner = $1 AND hosted = 1 AND ended_at IS NULL`,
        owner,
      );
      // A run that a command has continued has no ticket that was taken.
      const owned = await queries.all<RunRow>(
        `${selectRuns} WHERE runs.owner = $1 AND runs.hosted = 1 AND runs.ended_at IS NULL ORDER BY runs.id FOR UPDATE OF runs`,
        owner,
      );
      for (const row of owned) await handOnIn(queues, queries, row);
      await queries.run("DELETE FROM owners WHERE id = $1", owner);
      replaced.push({ worker: owner, host, pid, runs: owned.length, jobs: jobs.length });
    }
    return { rows, replaced };
  }

  /**
   * Finds what no one goes on with because a process died in between, or a connection was lost: entries that were taken by one who has
   * left, and detached runs that can go on and have neither an owner nor a ticket.
   */
  async sweep(): Promise<void> {
    const { queues, store } = this.#dispatch;
    const { database } = store;
    await this.#onSweep();
    await store.ownership.disown();
    for (const gone of await queues.gone(database, sweepMs))
      await noteOutcomes(database, await takeBack(this.#dispatch, database, gone, lost));
    const rows = await database.all<RunRow>(
      `${selectRuns} WHERE runs.hosted = 1 AND runs.ended_at IS NULL
        AND (owners.lease_until IS NULL OR owners.lease_until < now())
        AND (runs.status <> 'suspended' OR runs.signals > runs.seen OR runs.woken = runs.epoch OR runs.resume_at < $1)
        AND NOT EXISTS (SELECT 1 FROM ${queues.schema}.workflow_status AS t
          WHERE t.status IN ('ENQUEUED', 'PENDING', 'DELAYED') AND t.workflow_uuid = coalesce(runs.ticket, runs.id || '@1'))
        ORDER BY runs.id LIMIT $2`,
      store.options.clock.now() - sweepMs,
      runsAtOnce,
    );
    for (const { tenant, run_id: runId } of rows) await new PostgresDispatcher(this.#dispatch, tenant).handOn(runId);
  }
}
