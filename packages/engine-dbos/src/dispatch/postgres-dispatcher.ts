import {
  IceError,
  runExists,
  type EnqueueOptions,
  type HandOnOptions,
  type NewRun,
  type PlacedJob,
  type PlacedListener,
  type PlacedResult,
  type RunDispatcher,
} from "@ice/core";
import { runsQueue } from "@ice/core/internal";
import { runInsertion } from "../store/run-creation.ts";
import { lockRun, requireRun } from "../store/run-row.ts";
import type { Dispatch } from "./dispatch.ts";
import { handOnIn, wakeLater } from "./hand-on.ts";
import { hurryQueue } from "./hurry-queue.ts";
import { placeJob } from "./placed-jobs.ts";
import { firstTicket, jobId } from "./ticket.ts";

/** Runs of a tenant that may wait in the queue. */
const maxWaiting = 100_000;

/** Hands the runs of a tenant to workers, through the queues of DBOS. */
export class PostgresDispatcher implements RunDispatcher {
  readonly dispatch: Dispatch;
  readonly #tenant: string;

  constructor(dispatch: Dispatch, tenant: string) {
    this.dispatch = dispatch;
    this.#tenant = tenant;
  }

  async enqueue(run: NewRun, { priority = 0 }: EnqueueOptions = {}): Promise<void> {
    const { database, queues, store } = this.dispatch;
    const [tenant, { runId }] = [this.#tenant, run];
    await queues.ensure(runsQueue);
    const insert = runInsertion(tenant, run, { owner: null, epoch: 0, queue: runsQueue, priority });
    await database.transact(async (queries, attempt) => {
      if ((await queues.waiting(queries, tenant, maxWaiting)) >= maxWaiting) throw queueFull(tenant);
      const row = await insert(queries, attempt);
      if (row === undefined) throw runExists(runId);
      const argument = { tenant, runId };
      await queues.add(queries.client, { id: firstTicket(row), queue: runsQueue, tenant, priority, argument });
    });
    store.feed.changed(tenant, runId);
  }

  async handOn(runId: string, { delayMs = 0, detach = false }: HandOnOptions = {}): Promise<boolean> {
    const { database, queues, store } = this.dispatch;
    // Not in the transaction: it may create tables.
    await queues.ensure(runsQueue);
    const isHandedOn = await database.transact(async (queries) => {
      const row = await lockRun(queries, this.#tenant, runId);
      if (row.ended_at !== null || (row.hosted === 0 && !detach)) return false;
      if (store.isOwned(row)) {
        if (row.hosted === 1) await wakeLater(queries, row);
        return false;
      }
      if (row.hosted === 0) await queries.run("UPDATE runs SET hosted = 1 WHERE id = $1", row.id);
      await handOnIn(queues, queries, row, delayMs);
      return true;
    });
    if (!isHandedOn) return false;
    store.feed.changed(this.#tenant, runId);
    if (delayMs <= 0) await hurryQueue(database, runsQueue);
    return true;
  }

  executes(requires: readonly string[]): boolean {
    return this.dispatch.placement.executes(requires);
  }

  place(job: PlacedJob, signal: AbortSignal, listener?: PlacedListener): Promise<PlacedResult> {
    return placeJob(this.dispatch, { ...job, tenant: this.#tenant }, signal, listener);
  }

  async workersOf(
    runId: string,
    attempts: readonly Pick<PlacedJob, "path" | "attempt">[],
  ): Promise<readonly (string | undefined)[]> {
    const { database, queues } = this.dispatch;
    const { id: row } = await requireRun(database, this.#tenant, runId);
    const ids = attempts.map((attempt) => jobId(row, attempt));
    const takers = await queues.takersOf(database, ids);
    return ids.map((id) => takers.get(id));
  }
}

const queueFull = (tenant: string): IceError =>
  new IceError("ICE_QUEUE_FULL", `${maxWaiting} runs of the tenant "${tenant}" wait in the queue.`, {
    fix: "start more workers, or try again when some have been executed",
    retryable: true,
  });
