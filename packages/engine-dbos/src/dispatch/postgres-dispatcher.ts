import { IceError, runExists, type NewRun, type RunDispatcher } from "@ice/core";
import type { Queries } from "../store/database.ts";
import { lockRun, type RunRow } from "../store/run-row.ts";
import { insertRunIn } from "../store/run-creation.ts";
import type { StoreDatabase } from "../store/store-database.ts";
import { placeJob } from "./placed-jobs.ts";
import { runsQueue, ticketId } from "./ticket.ts";

/** Runs of a tenant that may wait in the queue. */
const maxWaiting = 100_000;

/** Hands the runs of a tenant to workers, through the queues of DBOS. */
export class PostgresDispatcher implements RunDispatcher {
  readonly #store: StoreDatabase;
  readonly #tenant: string;

  constructor(store: StoreDatabase, tenant: string) {
    this.#store = store;
    this.#tenant = tenant;
  }

  async enqueue(run: NewRun, { priority = 0 }: { readonly priority?: number | undefined } = {}): Promise<void> {
    const { opened: database, queues } = this.#store;
    const tenant = this.#tenant;
    await queues.ensure(runsQueue);
    await database.transact(async (queries, attempt) => {
      if ((await queues.waiting(queries, tenant, maxWaiting)) >= maxWaiting) throw queueFull(tenant);
      const row = await insertRunIn(queries, tenant, run, { owner: null, epoch: 0, queue: runsQueue, priority }, attempt);
      if (row === undefined) throw runExists(run.runId);
      const argument = { tenant, runId: run.runId };
      await queues.add(queries.client, { id: ticketId(row, 0), queue: runsQueue, tenant, priority, argument });
    });
    this.#store.feed.changed(tenant, run.runId);
  }

  async handOn(
    runId: string,
    { delayMs = 0, detach = false }: { readonly delayMs?: number | undefined; readonly detach?: boolean | undefined } = {},
  ): Promise<boolean> {
    const { opened: database } = this.#store;
    const handed = await database.transact(async (queries) => {
      const row = await lockRun(queries, this.#tenant, runId);
      if (row.ended_at !== null || this.#store.isOwned(row) || (row.hosted === 0 && !detach)) return undefined;
      if (row.hosted === 0) await queries.run("UPDATE runs SET hosted = 1 WHERE id = $1", row.id);
      // What others have sent since it was suspended does not wait for a time.
      return this.handOnIn(queries, row, row.signals > row.seen ? 0 : delayMs);
    });
    if (handed === undefined) return false;
    await handed();
    this.#store.feed.changed(this.#tenant, runId);
    return true;
  }

  /** In a transaction that has locked the run. @returns what is to be done after it. */
  async handOnIn(queries: Queries, row: RunRow, delayMs = 0): Promise<() => Promise<void>> {
    const { queues } = this.#store;
    await queues.ensure(runsQueue);
    if (delayMs <= 0) await queries.run("UPDATE runs SET queue = $2 WHERE id = $1", row.id, runsQueue);
    const first = ticketId(row.id, row.epoch);
    // A ticket that ended without opening the run, for example because a tool was missing, does not come back.
    for (let [id, more] = [first, 0]; ; id = `${first}.${(more += 1)}`) {
      const state = await queues.stateOf(queries, id);
      if (state === "DELAYED") return delayMs > 0 ? noMore : () => queues.hurry(id);
      if (state === "ENQUEUED") return noMore;
      if (state !== undefined) continue;
      const { tenant, run_id: runId, priority } = row;
      await queues.add(queries.client, { id, queue: runsQueue, tenant, priority, delayMs, argument: { tenant, runId } });
      return noMore;
    }
  }

  executes(requires: readonly string[]): boolean {
    return this.#store.placement.executes(requires);
  }

  place(job: Parameters<RunDispatcher["place"]>[0], signal: AbortSignal): ReturnType<RunDispatcher["place"]> {
    return placeJob(this.#store, this.#tenant, job, signal);
  }
}

const noMore = async (): Promise<void> => {};

const queueFull = (tenant: string): IceError =>
  new IceError("ICE_QUEUE_FULL", `${maxWaiting} runs of the tenant "${tenant}" wait in the queue.`, {
    fix: "start more workers, or try again when some have been executed",
    retryable: true,
  });
