import {
  runExists,
  runOwned,
  storeClosed,
  type Clock,
  type CollectOptions,
  type ListQuery,
  type NewRun,
  type RunJournal,
  type RunOwner,
  type RunStore,
  type RunSummary,
  type Signal,
  type SignalReceipt,
  type StoredRun,
} from "@ice/core";
import { finishInTurns, type TimeSlice } from "@ice/core/internal";
import { BlobRefs } from "./blobs.ts";
import { collectBlobs, collectRuns } from "./collect-runs.ts";
import type { Database } from "./database.ts";
import { GroupCommit } from "./group-commit.ts";
import { listRuns, shownStatus, summaryOf } from "./list-runs.ts";
import { Ownership } from "./ownership.ts";
import { insertOrigin } from "./origins.ts";
import type { ProcessTable } from "./process-table.ts";
import { assertComplete, encodeHead, insertHead, readRecords } from "./record-rows.ts";
import { retryWhileBusy, type BusyRetryOptions } from "./retry-while-busy.ts";
import { findRun, requireRun, type RunRow } from "./run-row.ts";
import { insertSignal, readSignals } from "./signal-rows.ts";
import { SqliteRunJournal } from "./sqlite-run-journal.ts";

export interface SqliteRunStoreOptions {
  readonly clock: Clock;
  readonly timeSlice: TimeSlice;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly processes: ProcessTable;
  readonly setBackgroundTimer: (ms: number, callback: () => void) => () => void;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly lockedMs: number;
}

/** The records of a run. */
type Recorded = Omit<StoredRun, "status" | "updatedAt" | "signals">;

/** Stores runs in one SQLite file, which any number of processes of one machine may use at the same time. */
export class SqliteRunStore implements RunStore {
  readonly url: string;
  readonly durable = true;
  readonly #database: Database;
  readonly #commits: GroupCommit;
  readonly #ownership: Ownership;
  readonly #busyRetry: BusyRetryOptions;
  readonly #options: SqliteRunStoreOptions;
  #closing: Promise<void> | undefined;

  /** @param database - with the current schema; closed with the store. */
  constructor(database: Database, options: SqliteRunStoreOptions) {
    const { clock, randomBytes, lockedMs } = options;
    this.url = `sqlite:${database.path}`;
    this.#database = database;
    this.#options = options;
    this.#busyRetry = { clock, path: database.path, lockedMs };
    this.#commits = new GroupCommit(database, this.#busyRetry, options.timeSlice);
    this.#ownership = new Ownership({
      ...options,
      database,
      id: Buffer.from(randomBytes(12)).toString("base64url"),
      now: () => clock.now(),
    });
  }

  async create(run: NewRun, owner: RunOwner): Promise<RunJournal> {
    const { runId, workflow, version, startedAt } = run;
    this.#assertOpen();
    const head = encodeHead(run);
    const row = await this.#commits.run(() => {
      if (findRun(this.#database, runId) !== undefined) throw runExists(runId);
      this.#ownership.register();
      const { id } = this.#database.get<{ id: number }>(
        `INSERT INTO runs (run_id, workflow, version, status, started_at, updated_at, records, epoch, owner)
          VALUES (?, ?, ?, 'running', ?, ?, 1, 1, ?) RETURNING id`,
        runId,
        workflow,
        version,
        startedAt,
        startedAt,
        this.#ownership.id,
      )!;
      insertOrigin(this.#database, id, run);
      insertHead(this.#database, { run: id, runId }, head);
      return id;
    });
    return this.#own({ row, runId, epoch: 1, records: 1, signals: 0 }, owner);
  }

  async open(
    runId: string,
    owner: RunOwner,
    known?: StoredRun,
  ): Promise<{ readonly journal: RunJournal; readonly run: StoredRun }> {
    const { row, run } = await this.#take(runId, known ?? (await this.read(runId)));
    const { id, records, signals, cancel } = row;
    const journal = this.#own({ row: id, runId, epoch: row.epoch + 1, records, signals }, owner);
    // The previous owner was asked to cancel, and crashed before it did.
    journal.notice(signals, cancel);
    return { journal, run };
  }

  read(runId: string): Promise<StoredRun> {
    return this.#now(async () => {
      const { row, signals } = this.#database.snapshot(() => {
        const row = requireRun(this.#database, runId);
        assertComplete(this.#database, row);
        return { row, signals: this.#signalsOf(row) };
      });
      return this.#runOf(row, await this.#recordsOf(row), signals);
    });
  }

  summary(runId: string): Promise<RunSummary> {
    return this.#now(() => summaryOf(this.#database, requireRun(this.#database, runId), this.#isOwned));
  }

  list(query: ListQuery = {}): Promise<readonly RunSummary[]> {
    return this.#now(() => finishInTurns(listRuns(this.#database, query, this.#isOwned), this.#options.timeSlice));
  }

  async signal(runId: string, signal: Signal): Promise<SignalReceipt> {
    this.#assertOpen();
    const { row, count, ...receipt } = await this.#commits.run(() => {
      const row = requireRun(this.#database, runId);
      return { row, ...insertSignal(this.#database, row, signal) };
    });
    this.#ownership.get(row.id)?.notice(count, null);
    return receipt;
  }

  async requestCancel(runId: string, reason: string): Promise<boolean> {
    this.#assertOpen();
    const asked = await this.#commits.run(() => {
      const row = findRun(this.#database, runId);
      if (row === undefined || !this.#ownership.isOwned(row)) return undefined;
      this.#database.run("UPDATE runs SET cancel = coalesce(cancel, ?) WHERE id = ?", reason, row.id);
      return row;
    });
    if (asked === undefined) return false;
    this.#ownership.get(asked.id)?.notice(asked.signals, asked.cancel ?? reason);
    return true;
  }

  async collect(options: CollectOptions): Promise<{ readonly runs: number; readonly blobs: number }> {
    const { timeSlice } = this.#options;
    let runs = 0;
    for (let more = true; more;) {
      const count = await this.#now(() => collectRuns(this.#database, options, this.#isOwned, timeSlice));
      runs += count;
      more = count > 0;
      await timeSlice.next();
    }
    return { runs, blobs: await this.#now(() => collectBlobs(this.#database, this.#options.clock.now())) };
  }

  async secret(): Promise<string> {
    this.#assertOpen();
    return this.#commits.run(() => {
      const read = (): { value: string } | undefined =>
        this.#database.get("SELECT value FROM meta WHERE name = 'secret'");
      const known = read();
      if (known !== undefined) return known.value;
      const value = Buffer.from(this.#options.randomBytes(32)).toString("base64url");
      this.#database.run("INSERT INTO meta (name, value) VALUES ('secret', ?)", value);
      return value;
    });
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const closed = storeClosed(this.url);
    this.#ownership.close((run) => run.close(closed));
    await this.#commits.idle();
    try {
      await retryWhileBusy(() => this.#database.transact(() => this.#ownership.release()), this.#busyRetry);
    } catch {
      // Runs that cannot be released expire with their lease.
    }
    this.#database.close();
  }

  readonly #isOwned = (run: RunRow): boolean => this.#ownership.isOwned(run);

  #own(
    run: {
      readonly row: number;
      readonly runId: string;
      readonly epoch: number;
      readonly records: number;
      readonly signals: number;
    },
    owner: RunOwner,
  ): SqliteRunJournal {
    const journal = new SqliteRunJournal({
      ...run,
      owner,
      database: this.#database,
      commits: this.#commits,
      ownerId: this.#ownership.id,
      onEnd: (ended, how) => this.#ownership.end(ended, how),
    });
    if (this.#closing === undefined) this.#ownership.add(journal);
    else journal.close(storeClosed(this.url));
    return journal;
  }

  /** Takes over a run in the state that was read; if it has more records by then, it is read again. */
  async #take(runId: string, known: StoredRun): Promise<{ readonly row: RunRow; readonly run: StoredRun }> {
    const taken = await this.#now(() =>
      this.#database.transact(() => {
        const row = requireRun(this.#database, runId);
        if (this.#ownership.isOwned(row)) throw runOwned(runId, row);
        // Records are only appended: those that were read before have not changed.
        if (known.startedAt !== row.started_at || known.records.length + 1 !== row.records) return undefined;
        const run = this.#runOf(row, known, this.#signalsOf(row));
        this.#ownership.register();
        this.#database.run("UPDATE runs SET epoch = epoch + 1, owner = ? WHERE id = ?", this.#ownership.id, row.id);
        return { row, run };
      }),
    );
    return taken ?? this.#take(runId, await this.read(runId));
  }

  /** The records up to the state of a row, read with pauses. */
  async #recordsOf(row: RunRow): Promise<Recorded> {
    try {
      const values = new BlobRefs(this.#database, row.id);
      const { head, records } = await finishInTurns(readRecords(this.#database, row, values), this.#options.timeSlice);
      return { runId: row.run_id, ...head, records };
    } catch (error) {
      requireRun(this.#database, row.run_id); // it may have been deleted meanwhile
      throw error;
    }
  }

  #signalsOf(row: RunRow): readonly Signal[] {
    return readSignals(this.#database, row);
  }

  #runOf(row: RunRow, recorded: Recorded, signals: readonly Signal[]): StoredRun {
    return { ...recorded, status: shownStatus(row, this.#isOwned), updatedAt: row.updated_at, signals };
  }

  /** Work with its own transaction. */
  async #now<T>(work: () => T | Promise<T>): Promise<T> {
    return retryWhileBusy(() => {
      this.#assertOpen();
      return work();
    }, this.#busyRetry);
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw storeClosed(this.url);
  }
}
