import {
  IceError,
  maxTailEntries,
  runEnded,
  runExists,
  runOwned,
  type BlueprintStore,
  type CollectOptions,
  type ConversationStore,
  type Hosting,
  type JournalTail,
  type ListQuery,
  type NewRun,
  type OutcomeCache,
  type PageQuery,
  type Position,
  type RequestPage,
  type RequestQuery,
  type RunDispatcher,
  type RunJournal,
  type RunOwner,
  type RunPage,
  type RunStore,
  type RunSummary,
  type ScheduleStore,
  type Signal,
  type SignalReceipt,
  type StoredRun,
  type TokenStore,
} from "@ice/core";
import {
  checkSameTenant,
  checkTenant,
  defaultTenant,
  pageLimit,
  shownStatus,
  summaryOf,
  tailOf,
} from "@ice/core/internal";
import { cacheIn } from "./cached-rows.ts";
import { collectIn } from "./collect-runs.ts";
import { conversationsIn } from "./conversation-rows.ts";
import { hostingIn } from "./hosted-runs.ts";
import { listRuns, pageOfRuns } from "./list-runs.ts";
import { PostgresBlueprints } from "./postgres-blueprints.ts";
import { readTail } from "./read-tail.ts";
import { assertComplete, readRecords } from "./record-rows.ts";
import { hasRequests, readRequests } from "./request-rows.ts";
import { runInsertion } from "./run-creation.ts";
import { findRun, keepCancel, requireCounted, requireRun, type RunRow } from "./run-row.ts";
import { schedulesIn } from "./schedule-rows.ts";
import { secretOf } from "./secrets.ts";
import { readSignals } from "./signal-rows.ts";
import { takeRun } from "./take-run.ts";
import type { StoreDatabase } from "./store-database.ts";
import { tokensIn } from "./token-rows.ts";

/** The records of a run. */
type Recorded = Omit<StoredRun, "status" | "updatedAt" | "signals" | "hosted" | "lostOwners">;

/** Stores the runs of one tenant in a schema of Postgres, which any number of processes of any machines may use at the same time. */
export class PostgresRunStore implements RunStore {
  readonly url: string;
  readonly durable = true;
  readonly tenant: string;
  readonly conversations: ConversationStore;
  readonly cache: OutcomeCache;
  readonly hosting: Hosting;
  readonly blueprints: BlueprintStore;
  readonly tokens: TokenStore;
  readonly schedules: ScheduleStore;
  readonly #store: StoreDatabase;
  readonly #dispatcherOf: (tenant: string) => RunDispatcher;
  readonly dispatcher: RunDispatcher;

  /**
   * @param store - closed with this one.
   * @param dispatcherOf - that of a tenant.
   */
  constructor(store: StoreDatabase, dispatcherOf: (tenant: string) => RunDispatcher, tenant: string = defaultTenant) {
    this.url = store.url;
    this.tenant = tenant;
    this.#store = store;
    this.conversations = conversationsIn(store, tenant, (other) => this.forTenant(other).conversations);
    this.hosting = hostingIn(store, tenant);
    this.cache = cacheIn(store, tenant);
    this.blueprints = new PostgresBlueprints(store, tenant);
    this.schedules = schedulesIn(store, tenant);
    this.tokens = tokensIn(store);
    this.#dispatcherOf = dispatcherOf;
    this.dispatcher = dispatcherOf(tenant);
  }

  forTenant(tenant: string): RunStore {
    return tenant === this.tenant ? this : new PostgresRunStore(this.#store, this.#dispatcherOf, checkTenant(tenant));
  }

  async create(run: NewRun, owner: RunOwner): Promise<RunJournal> {
    const { tenant } = this;
    const { runId } = run;
    this.#store.assertOpen();
    checkSameTenant(run.tenant, tenant);
    const { ownership, database } = this.#store;
    await ownership.register();
    const create = async (): Promise<RunJournal> => {
      const row = await database.transact(runInsertion(tenant, run, { owner: ownership.id, epoch: 1 }));
      if (row === undefined) throw runExists(runId);
      return this.#store.own({ row, tenant, runId, epoch: 1, records: 1, signals: 0, asks: false }, owner);
    };
    const journal = await ownership.acquire(tenant, runId, create).catch((error: unknown) => {
      // Another call is about to create it.
      throw IceError.is(error) && error.code === "ICE_STORE_OWNED" ? runExists(runId) : error;
    });
    this.#store.feed.changed(tenant, runId);
    return journal;
  }

  async open(
    runId: string,
    owner: RunOwner,
    known?: StoredRun,
  ): Promise<{ readonly journal: RunJournal; readonly run: StoredRun }> {
    const { tenant } = this;
    const found = known ?? (await this.read(runId));
    const opened = await this.#store.ownership.acquire(tenant, runId, async () => {
      const { row, run } = await this.#take(runId, found);
      const { id, records, signals, cancel } = row;
      const asks = await hasRequests(this.#store.database, id);
      const owned = { row: id, tenant, runId, epoch: row.epoch + 1, records, signals, asks };
      const journal = this.#store.own(owned, owner, row.queue === null && row.ticket === null ? undefined : row);
      // The previous owner was asked to cancel, and did not do so.
      await journal.notice(signals, cancel);
      return { journal, run };
    });
    this.#store.feed.changed(tenant, runId);
    return opened;
  }

  async read(runId: string): Promise<StoredRun> {
    const { opened: database, options } = this.#store;
    const row = await requireCounted(database, this.tenant, runId);
    assertComplete(database, row);
    const [signals, recorded] = await this.#unlessDeleted(
      row,
      Promise.all([readSignals(database, row, 0, options.timeSlice), this.#recordsOf(row)]),
    );
    return this.#runOf(row, recorded, signals);
  }

  async summary(runId: string): Promise<RunSummary> {
    return summaryOf(this.url, await this.#require(runId), this.#store.isOwned);
  }

  async list(query: ListQuery = {}): Promise<readonly RunSummary[]> {
    return listRuns(this.#store.opened, { ...query, tenant: this.tenant }, this.#store.isOwned);
  }

  async page({ limit, ...selection }: PageQuery = {}): Promise<RunPage> {
    const listed = { ...selection, tenant: this.tenant, count: pageLimit(limit) };
    return pageOfRuns(this.#store.opened, listed, this.#store.isOwned);
  }

  async requests({ runId, limit, after }: RequestQuery = {}): Promise<RequestPage> {
    const { tenant } = this;
    const count = pageLimit(limit);
    const run = runId === undefined ? undefined : (await this.#require(runId)).id;
    const found = await readRequests(this.#store.opened, { tenant, run, after, count: count + 1 });
    const requests = found.slice(0, count).map(({ request }) => request);
    return { requests, ...(found.length > count && { next: found[count - 1]!.end }) };
  }

  async readAfter(runId: string, after: Position, limit: number = maxTailEntries): Promise<JournalTail> {
    const count = Math.max(1, Math.min(limit, maxTailEntries));
    const row = await this.#require(runId);
    const { opened: database, options, isOwned } = this.#store;
    const read = readTail(database, row, { after, limit: count }, options.timeSlice);
    const entries = await this.#unlessDeleted(row, read);
    return tailOf(summaryOf(this.url, row, isOwned), entries, { after, records: row.records, signals: row.signals });
  }

  watch(runId: string, listener: () => void): () => void {
    this.#store.assertOpen();
    return this.#store.feed.watch(this.tenant, runId, listener);
  }

  async signal(runId: string, signal: Signal): Promise<SignalReceipt> {
    this.#store.assertOpen();
    const { row, count, ...receipt } = await this.#store.signals.send(this.tenant, runId, signal);
    if (receipt.recorded) {
      await this.#store.note(row, count, null);
      this.#store.feed.changed(this.tenant, runId);
    }
    return receipt;
  }

  async signals(runId: string, from = 0): Promise<readonly Signal[]> {
    const { opened: database, options, ownership } = this.#store;
    const row = await requireCounted(database, this.tenant, runId);
    assertComplete(database, row);
    const signals = await this.#unlessDeleted(row, readSignals(database, row, from, options.timeSlice));
    await ownership.get(row.id)?.notice(row.signals, row.cancel);
    return signals;
  }

  async requestCancel(runId: string, reason: string): Promise<boolean> {
    for (;;) {
      const row = await findRun(this.#store.opened, this.tenant, runId);
      if (row === undefined || !this.#store.isOwned(row)) return false;
      // The owner may have changed meanwhile.
      const asked = await keepCancel(this.#store.opened, row, reason);
      if (asked === undefined) continue;
      await this.#store.note(row, asked.signals, asked.cancel);
      return true;
    }
  }

  async collect(options: CollectOptions): Promise<{ readonly runs: number; readonly blobs: number }> {
    return collectIn(this.#store, this.tenant, options);
  }

  async secret(): Promise<string> {
    return secretOf(this.#store, this.tenant);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /** Takes over a run in the state that was read; if it has more records by then, it is read again. */
  async #take(runId: string, known: StoredRun): Promise<{ readonly row: RunRow; readonly run: StoredRun }> {
    const { ownership, opened: database, options } = this.#store;
    for (let read = known; ;) {
      const row = await this.#require(runId);
      if (row.ended_at !== null) throw runEnded(runId, row.status, "it cannot go on");
      if (ownership.isHeld(row)) throw runOwned(runId, row);
      // Records are only appended: those that were read before have not changed.
      if (read.startedAt !== row.started_at || read.records.length + 1 !== row.records) {
        read = await this.read(runId);
        continue;
      }
      const news = await readSignals(database, row, read.signals.length, options.timeSlice);
      const run = this.#runOf(row, read, [...read.signals, ...news]);
      await ownership.register();
      if (await takeRun(database, ownership.id, row)) return { row, run };
    }
  }

  /** The records up to the state of a row. */
  async #recordsOf(row: RunRow): Promise<Recorded> {
    const { head, records } = await readRecords(this.#store.database, row, this.#store.options.timeSlice);
    return { runId: row.run_id, ...head, records };
  }

  /** What is missing of a run may have been deleted while it was read. */
  async #unlessDeleted<T>(row: RunRow, read: Promise<T>): Promise<T> {
    try {
      return await read;
    } catch (error) {
      await this.#require(row.run_id);
      throw error;
    }
  }

  #runOf(row: RunRow, recorded: Recorded, signals: readonly Signal[]): StoredRun {
    const status = shownStatus(row, this.#store.isOwned);
    const { hosted, takeovers } = row;
    const more = { ...(hosted === 1 && { hosted: true as const }), ...(takeovers > 0 && { lostOwners: takeovers }) };
    return { ...recorded, ...more, status, updatedAt: row.updated_at, signals };
  }

  async #require(runId: string): Promise<RunRow> {
    return requireRun(this.#store.opened, this.tenant, runId);
  }
}
