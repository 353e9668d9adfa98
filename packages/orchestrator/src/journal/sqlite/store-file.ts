import { storeClosed, type Clock, type RunOwner } from "@ice/core";
import type { TimeSlice } from "@ice/core/internal";
import type { Database } from "./database.ts";
import { GroupCommit } from "./group-commit.ts";
import { Ownership } from "./ownership.ts";
import type { ProcessTable } from "./process-table.ts";
import { retryWhileBusy, type BusyRetryOptions } from "./retry-while-busy.ts";
import type { RunRow } from "./run-row.ts";
import { StoreNews } from "./store-news.ts";
import { SqliteRunJournal, type OwnedRunContext } from "./sqlite-run-journal.ts";

export interface StoreFileOptions {
  readonly clock: Clock;
  readonly timeSlice: TimeSlice;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly processes: ProcessTable;
  readonly setBackgroundTimer: (ms: number, callback: () => void) => () => void;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly watchMs: number;
  readonly lockedMs: number;
}

/** An open file: what the stores of all tenants in it share. */
export class StoreFile {
  readonly url: string;
  readonly database: Database;
  readonly commits: GroupCommit;
  readonly ownership: Ownership;
  readonly news: StoreNews;
  readonly options: StoreFileOptions;
  readonly #busyRetry: BusyRetryOptions;
  #closing: Promise<void> | undefined;

  /** @param database - with the current schema; closed with the file. */
  constructor(database: Database, options: StoreFileOptions) {
    const { clock, randomBytes, lockedMs } = options;
    this.url = `sqlite:${database.path}`;
    this.database = database;
    this.options = options;
    this.#busyRetry = { clock, path: database.path, lockedMs };
    this.commits = new GroupCommit(database, this.#busyRetry, options.timeSlice);
    this.news = new StoreNews({ ...options, database });
    this.ownership = new Ownership({
      ...options,
      database,
      id: Buffer.from(randomBytes(12)).toString("base64url"),
      now: () => clock.now(),
    });
  }

  readonly isOwned = (run: RunRow): boolean => this.ownership.isOwned(run);

  /** Work with its own transaction. */
  async now<T>(work: () => T | Promise<T>): Promise<T> {
    return retryWhileBusy(() => {
      this.assertOpen();
      return work();
    }, this.#busyRetry);
  }

  /** Work in the transaction of this turn. */
  async commit<T>(work: () => T): Promise<T> {
    this.assertOpen();
    return this.commits.run(work);
  }

  assertOpen(): void {
    if (this.#closing !== undefined) throw storeClosed(this.url);
  }

  own(
    run: Pick<OwnedRunContext, "row" | "tenant" | "runId" | "epoch" | "records" | "signals" | "asks">,
    owner: RunOwner,
  ): SqliteRunJournal {
    const journal = new SqliteRunJournal({
      ...run,
      owner,
      database: this.database,
      commits: this.commits,
      ownerId: this.ownership.id,
      onCommit: () => this.news.changed(run.tenant, run.runId),
      onEnd: (ended, how) => this.ownership.end(ended, how),
    });
    if (this.#closing === undefined) this.ownership.add(journal);
    else journal.close(storeClosed(this.url));
    return journal;
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const closed = storeClosed(this.url);
    this.news.close();
    this.ownership.close((run) => run.close(closed));
    await this.commits.idle();
    try {
      await retryWhileBusy(() => this.database.transact(() => this.ownership.release()), this.#busyRetry);
    } catch {
      // Runs that cannot be released expire with their lease.
    }
    this.database.close();
  }
}
