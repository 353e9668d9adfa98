import {
  maxTailEntries,
  runExists,
  runEnded,
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
  encodeHead,
  summaryOf,
  shownStatus,
  checkSameTenant,
  checkTenant,
  defaultTenant,
  finishInTurns,
  type Steps,
  tailOf,
  pageLimit,
} from "@ice/core/internal";
import { encoding } from "./encoding.ts";
import { BlobRefs } from "./blobs.ts";
import { insertCached, readCached } from "./cached-rows.ts";
import { collectIn } from "./collect-runs.ts";
import type { Database } from "./database.ts";
import { hostingIn } from "./hosted-runs.ts";
import { listRuns, pageOfRuns } from "./list-runs.ts";
import { insertOrigin } from "./origins.ts";
import { assertComplete, insertHead, readRecords } from "./record-rows.ts";
import { hasRequests, readRequests } from "./request-rows.ts";
import { readTail } from "./read-tail.ts";
import { findRun, keepCancel, requireRun, type RunRow } from "./run-row.ts";
import { secretOf } from "./secrets.ts";
import { assertSignalsComplete, insertSignal, readSignals, readSignalsInSteps } from "./signal-rows.ts";
import { SqliteBlueprints } from "./sqlite-blueprints.ts";
import { conversationsIn } from "./sqlite-conversations.ts";
import { schedulesIn } from "./schedule-rows.ts";
import type { StoreFile } from "./store-file.ts";
import { tokensIn } from "./token-rows.ts";

/** The records of a run. */
type Recorded = Omit<StoredRun, "status" | "updatedAt" | "signals" | "hosted">;

/** Stores the runs of one tenant in a SQLite file, which any number of processes of one machine may use at the same time. */
export class SqliteRunStore implements RunStore {
  readonly url: string;
  readonly durable = true;
  readonly tenant: string;
  readonly conversations: ConversationStore;
  readonly cache: OutcomeCache;
  readonly hosting: Hosting;
  readonly blueprints: BlueprintStore;
  readonly tokens: TokenStore;
  readonly schedules: ScheduleStore;
  readonly #file: StoreFile;
  readonly #database: Database;

  /** @param file - closed with the store. */
  constructor(file: StoreFile, tenant: string = defaultTenant) {
    this.url = file.url;
    this.tenant = tenant;
    this.#file = file;
    this.#database = file.database;
    this.conversations = conversationsIn(file, tenant, (other) => this.forTenant(other).conversations);
    this.hosting = hostingIn(file, tenant);
    this.cache = {
      get: (key, now) => file.now(() => readCached(file.database, { tenant, key }, now)),
      set: (key, output, options) => file.commit(() => insertCached(file.database, { tenant, key }, output, options)),
    };
    this.blueprints = new SqliteBlueprints(file, tenant);
    this.schedules = schedulesIn(file, tenant);
    this.tokens = tokensIn(file);
  }

  forTenant(tenant: string): RunStore {
    return tenant === this.tenant ? this : new SqliteRunStore(this.#file, checkTenant(tenant));
  }

  async create(run: NewRun, owner: RunOwner): Promise<RunJournal> {
    const { tenant } = this;
    const { runId, workflow, version, startedAt } = run;
    this.#file.assertOpen();
    checkSameTenant(run.tenant, tenant);
    const { ownership } = this.#file;
    const head = encodeHead(encoding, run, tenant);
    const row = await this.#file.commit(() => {
      if (findRun(this.#database, tenant, runId) !== undefined) throw runExists(runId);
      ownership.register();
      const { id } = this.#database.get<{ id: number }>(
        `INSERT INTO runs (tenant, run_id, workflow, version, status, started_at, updated_at, records, epoch, owner,
            created_by, request_hash, hosted, nodes)
          VALUES (?, ?, ?, ?, 'running', ?, ?, 1, 1, ?, ?, ?, ?, 0) RETURNING id`,
        tenant,
        runId,
        workflow,
        version,
        startedAt,
        startedAt,
        ownership.id,
        run.createdBy ?? null,
        run.requestHash ?? null,
        run.hosted === true ? 1 : 0,
      )!;
      insertOrigin(this.#database, id, run);
      insertHead(this.#database, { run: id, tenant, runId }, head);
      return id;
    });
    this.#file.news.changed(tenant, runId);
    return this.#file.own({ row, tenant, runId, epoch: 1, records: 1, signals: 0, asks: false }, owner);
  }

  async open(
    runId: string,
    owner: RunOwner,
    known?: StoredRun,
  ): Promise<{ readonly journal: RunJournal; readonly run: StoredRun }> {
    const { row, run } = await this.#take(runId, known ?? (await this.read(runId)));
    const { id, tenant, records, signals, cancel } = row;
    const asks = hasRequests(this.#database, id);
    const journal = this.#file.own({ row: id, tenant, runId, epoch: row.epoch + 1, records, signals, asks }, owner);
    this.#file.news.changed(tenant, runId);
    // The previous owner was asked to cancel, and did not do so.
    journal.notice(signals, cancel);
    return { journal, run };
  }

  read(runId: string): Promise<StoredRun> {
    return this.#file.now(async () => {
      const row = this.#database.snapshot(() => {
        const found = this.#require(runId);
        assertComplete(this.#database, found);
        assertSignalsComplete(this.#database, found);
        return found;
      });
      const signals = await this.#signalsOf(row);
      return this.#runOf(row, await this.#recordsOf(row), signals);
    });
  }

  summary(runId: string): Promise<RunSummary> {
    return this.#file.now(() => summaryOf(this.#database.path, this.#require(runId), this.#file.isOwned));
  }

  list(query: ListQuery = {}): Promise<readonly RunSummary[]> {
    const { options, isOwned } = this.#file;
    const listed = { ...query, tenant: this.tenant };
    return this.#file.now(() => finishInTurns(listRuns(this.#database, listed, isOwned), options.timeSlice));
  }

  page({ limit, ...selection }: PageQuery = {}): Promise<RunPage> {
    const { options, isOwned } = this.#file;
    const listed = { ...selection, tenant: this.tenant, count: pageLimit(limit) };
    return this.#file.now(() => finishInTurns(pageOfRuns(this.#database, listed, isOwned), options.timeSlice));
  }

  requests({ runId, limit, after }: RequestQuery = {}): Promise<RequestPage> {
    const { tenant } = this;
    const count = pageLimit(limit);
    return this.#file.now(async () => {
      const run = runId === undefined ? undefined : this.#require(runId).id;
      const rows = readRequests(this.#database, { tenant, run, after, count: count + 1 });
      const found = await finishInTurns(rows, this.#file.options.timeSlice);
      const requests = found.slice(0, count).map(({ request }) => request);
      return { requests, ...(found.length > count && { next: found[count - 1]!.end }) };
    });
  }

  readAfter(runId: string, after: Position, limit: number = maxTailEntries): Promise<JournalTail> {
    const count = Math.max(1, Math.min(limit, maxTailEntries));
    return this.#file.now(async () => {
      const row = this.#require(runId);
      const entries = await this.#inTurns(row, readTail(this.#database, row, { after, limit: count }));
      return tailOf(summaryOf(this.#database.path, row, this.#file.isOwned), entries, { after, ...counted(row) });
    });
  }

  watch(runId: string, listener: () => void): () => void {
    this.#file.assertOpen();
    return this.#file.news.watch(this.tenant, runId, listener);
  }

  async signal(runId: string, signal: Signal): Promise<SignalReceipt> {
    const { row, count, ...receipt } = await this.#file.commit(() => {
      const row = this.#require(runId);
      return { row, ...insertSignal(this.#database, row, signal) };
    });
    this.#file.ownership.get(row.id)?.notice(count, null);
    this.#file.news.changed(this.tenant, runId);
    return receipt;
  }

  signals(runId: string, from = 0): Promise<readonly Signal[]> {
    return this.#file.now(async () => {
      const row = this.#database.snapshot(() => {
        const found = this.#require(runId);
        assertSignalsComplete(this.#database, found, from);
        return found;
      });
      const signals = await this.#signalsOf(row, from);
      this.#file.ownership.get(row.id)?.notice(row.signals, row.cancel);
      return signals;
    });
  }

  async requestCancel(runId: string, reason: string): Promise<boolean> {
    const asked = await this.#file.commit(() => {
      const row = findRun(this.#database, this.tenant, runId);
      if (row === undefined || !this.#file.isOwned(row)) return undefined;
      keepCancel(this.#database, row, reason);
      return row;
    });
    if (asked === undefined) return false;
    this.#file.ownership.get(asked.id)?.notice(asked.signals, asked.cancel ?? reason);
    return true;
  }

  collect(options: CollectOptions): Promise<{ readonly runs: number; readonly blobs: number }> {
    return collectIn(this.#file, { ...options, tenant: this.tenant });
  }

  async secret(): Promise<string> {
    return this.#file.commit(() => secretOf(this.#database, this.tenant, this.#file.options.randomBytes));
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** Takes over a run in the state that was read; if it has more records by then, it is read again. */
  async #take(runId: string, known: StoredRun): Promise<{ readonly row: RunRow; readonly run: StoredRun }> {
    const { ownership } = this.#file;
    const taken = await this.#file.now(() =>
      this.#database.transact(() => {
        const row = this.#require(runId);
        if (row.ended_at !== null) throw runEnded(runId, row.status, "it cannot go on");
        if (this.#file.isOwned(row)) throw runOwned(runId, row);
        // Records are only appended: those that were read before have not changed.
        if (known.startedAt !== row.started_at || known.records.length + 1 !== row.records) return undefined;
        const news = readSignals(this.#database, row, known.signals.length);
        const run = this.#runOf(row, known, [...known.signals, ...news]);
        ownership.register();
        this.#database.run("UPDATE runs SET epoch = epoch + 1, owner = ? WHERE id = ?", ownership.id, row.id);
        return { row, run };
      }),
    );
    return taken ?? this.#take(runId, await this.read(runId));
  }

  /** The records up to the state of a row, read with pauses. */
  async #recordsOf(row: RunRow): Promise<Recorded> {
    const values = new BlobRefs(this.#database, row.id);
    const { head, records } = await this.#inTurns(row, readRecords(this.#database, row, values));
    return { runId: row.run_id, ...head, records };
  }

  /** The signals from index `from` up to the state of a row, read with pauses. */
  #signalsOf(row: RunRow, from?: number): Promise<readonly Signal[]> {
    return this.#inTurns(row, readSignalsInSteps(this.#database, row, from));
  }

  async #inTurns<T>(row: RunRow, steps: Steps<T>): Promise<T> {
    try {
      return await finishInTurns(steps, this.#file.options.timeSlice);
    } catch (error) {
      this.#require(row.run_id); // it may have been deleted meanwhile
      throw error;
    }
  }

  #runOf(row: RunRow, recorded: Recorded, signals: readonly Signal[]): StoredRun {
    const status = shownStatus(row, this.#file.isOwned);
    return { ...recorded, ...(row.hosted === 1 && { hosted: true }), status, updatedAt: row.updated_at, signals };
  }

  #require(runId: string): RunRow {
    return requireRun(this.#database, this.tenant, runId);
  }
}

const counted = ({ records, signals }: RunRow): Position => ({ records, signals });
