import { maxLostOwners, runsQueue } from "@ice/core/internal";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { handOnIn } from "../dispatch/hand-on.ts";
import { lost } from "../dispatch/job-outcome.ts";
import { PostgresDispatcher } from "../dispatch/postgres-dispatcher.ts";
import { rowOf } from "../dispatch/ticket.ts";
import type { Queries } from "../store/database.ts";
import { selectRuns, type RunRow } from "../store/run-row.ts";
import { giveUp } from "./give-up.ts";
import { endJobs, putOutcomes, takeBack, ticketsAmong } from "./take-back.ts";

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

/** An owner whose lease has ended. */
interface DeadOwner extends Pick<ReplacedOwner, "host" | "pid"> {
  readonly id: string;
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
      void this.look()
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

  /** Replaces the dead, and sweeps from time to time. */
  async look(): Promise<void> {
    const { store } = this.#dispatch;
    if (!store.ownership.isSteady) return;
    const dead = await store.database.all<DeadOwner>(
      "SELECT id, host, pid FROM owners WHERE lease_until < now() AND id <> $1 LIMIT $2",
      store.ownership.id,
      ownersAtOnce,
    );
    for (const owner of dead) await this.#replace(owner).catch(() => {}); // the next look tries again
    this.#untilSweep -= reapMs;
    if (this.#untilSweep > 0) return;
    this.#untilSweep = sweepMs * (0.75 + Math.random() / 2);
    await this.sweep();
  }

  /** The process that holds the row of a dead owner replaces it. */
  async #replace({ id: owner, host, pid }: DeadOwner): Promise<void> {
    const { queues, store } = this.#dispatch;
    const lock = "SELECT 1 FROM owners WHERE id = $1 AND lease_until < now() FOR UPDATE SKIP LOCKED";
    const replaced = await store.database.transact(async (queries) => {
      // It may have waited for the store: after an outage the living renew their leases before any of them is replaced.
      if (!store.ownership.isSteady) return undefined;
      if ((await queries.get(lock, owner)) === undefined) return undefined;
      const taken = await queues.takenBy(queries, owner);
      const jobs = await putOutcomes(queries, taken, lost);
      const tickets = ticketsAmong(taken);
      const runs = await countLoss(queries, owner, tickets.map(rowOf));
      const hopeless = runs.filter(({ takeovers }) => takeovers > maxLostOwners);
      const isHopeless = (id: number): boolean => hopeless.some((run) => run.id === id);
      await queues.giveBack(
        tickets.filter((ticket) => !isHopeless(rowOf(ticket))),
        runsQueue,
      );
      // A run that a command has continued has no ticket that was taken.
      for (const row of runs) if (!isHopeless(row.id)) await handOnIn(queues, queries, row);
      await queries.run("DELETE FROM owners WHERE id = $1", owner);
      return { jobs, runs, hopeless };
    });
    if (replaced === undefined) return;
    const { jobs, runs, hopeless } = replaced;
    this.#onReplaced({ worker: owner, host, pid, runs: runs.length, jobs: jobs.length });
    await endJobs(this.#dispatch, jobs);
    for (const run of hopeless) await giveUp(this.#dispatch, run);
  }

  /**
   * Finds what no one goes on with because a process died in between, or a connection was lost: entries that were taken by one who has
   * left, and detached runs that can go on and have neither an owner nor a ticket.
   */
  async sweep(): Promise<void> {
    const { queues, store } = this.#dispatch;
    const { database } = store;
    const [now, began] = [store.options.clock.now(), performance.now()];
    await this.#onSweep();
    await store.ownership.disown();
    for (const gone of await queues.gone(database, sweepMs)) await takeBack(this.#dispatch, gone, lost);
    const rows = await database.all<RunRow>(
      `${selectRuns} WHERE runs.hosted = 1 AND runs.ended_at IS NULL
        AND (owners.lease_until IS NULL OR owners.lease_until < now())
        AND (runs.status <> 'suspended' OR runs.signals > runs.seen OR runs.woken = runs.epoch OR runs.resume_at < $1)
        AND NOT EXISTS (SELECT 1 FROM ${queues.schema}.workflow_status AS t
          WHERE t.workflow_uuid = coalesce(runs.ticket, runs.id || '@1')
            AND (t.status IN ('ENQUEUED', 'PENDING') OR t.status = 'DELAYED' AND t.delay_until_epoch_ms <= $3))
        ORDER BY runs.id LIMIT $2`,
      now - sweepMs,
      runsAtOnce,
      now + sweepMs,
    );
    // It may have waited for the store, and the living renew their leases first.
    if (performance.now() - began > Math.max(1000, store.options.leaseMs / 2)) return;
    for (const { tenant, run_id: runId } of rows) await new PostgresDispatcher(this.#dispatch, tenant).handOn(runId);
  }
}

/**
 * The runs that a dead worker had, or was about to open, have lost one more. An end of a node in between begins a new count.
 *
 * @param opening - numbers of runs whose tickets it had taken.
 */
async function countLoss(queries: Queries, owner: string, opening: readonly number[]): Promise<readonly RunRow[]> {
  const had = `runs.hosted = 1 AND runs.ended_at IS NULL AND (runs.owner = $1 OR runs.id = ANY ($2::bigint[])
    AND NOT EXISTS (SELECT 1 FROM owners AS other WHERE other.id = runs.owner AND other.lease_until >= now()))`;
  await queries.run(
    `UPDATE runs SET takeovers = CASE WHEN nodes = taken_nodes THEN takeovers + 1 ELSE 1 END, taken_nodes = nodes WHERE ${had}`,
    owner,
    opening,
  );
  return queries.all<RunRow>(`${selectRuns} WHERE ${had} ORDER BY runs.id FOR UPDATE OF runs`, owner, opening);
}
