import { storeClosed, type Clock, type RunOwner } from "@ice/core";
import type { TimeSlice } from "@ice/core/internal";
import { CommitLanes } from "./commit-lanes.ts";
import type { Database } from "./database.ts";
import { localProcesses } from "./local-processes.ts";
import { channelOf, Notes } from "./notes.ts";
import { Ownership } from "./ownership.ts";
import { PostgresRunJournal, type OwnedRunContext } from "./postgres-run-journal.ts";
import type { RunRow } from "./run-row.ts";
import { SignalQueue } from "./signal-queue.ts";
import type { OnRecorded } from "./signal-rows.ts";
import { StoreFeed } from "./store-feed.ts";

export interface StoreDatabaseOptions {
  readonly clock: Pick<Clock, "now">;
  readonly timeSlice: TimeSlice;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly leaseMs: number;
  readonly beatMs: number;
  readonly watchMs: number;
  /** Called in the transaction in which a run gets signals. */
  readonly onSignalled: OnRecorded;
  /** Called after that transaction, if no process owns the run. */
  readonly afterSignalled: (run: RunRow) => Promise<void>;
  /** Called when a run has ended that was in a queue before it was opened. */
  readonly onEnded: (run: QueuedRun) => void;
  /** Deletes some of what is kept for runs that are gone. @returns how much it was. */
  readonly onCollected: () => Promise<number>;
  /** Ends what is built on the store. */
  readonly beforeClose: () => Promise<void>;
}

/** A run that was put into the queue: its number, and its last ticket; null for the first one. */
export type QueuedRun = Pick<RunRow, "id" | "ticket">;

/** How long closing waits for a database that is away, for records that are not written yet, in milliseconds. */
const patienceMs = 5000;

/** An open database: what the stores of all tenants in it share. */
export class StoreDatabase {
  readonly url: string;
  readonly database: Database;
  readonly ownership: Ownership;
  readonly feed: StoreFeed;
  readonly notes = new Notes();
  readonly processes = localProcesses();
  readonly signals: SignalQueue;
  readonly options: StoreDatabaseOptions;
  readonly #lanes: CommitLanes;
  #closing: Promise<void> | undefined;

  /** @param database - with the current schema; closed with the store. */
  constructor(database: Database, options: StoreDatabaseOptions) {
    const { randomBytes, leaseMs, beatMs, watchMs } = options;
    this.url = database.url;
    this.database = database;
    this.options = options;
    const id = Buffer.from(randomBytes(12)).toString("base64url");
    const onNote = (note: string): void => this.notes.receive(note);
    this.ownership = new Ownership({ database, id, processes: this.processes, leaseMs, beatMs, onNote });
    this.notes.on("run", (row) => this.ownership.look(Number(row)));
    this.#lanes = new CommitLanes(database, id);
    this.signals = new SignalQueue(database, options.onSignalled);
    this.feed = new StoreFeed(database, id, watchMs);
  }

  readonly isOwned = (run: RunRow): boolean => this.ownership.isOwned(run);

  /** The database, for work of an open store. @throws IceError if the store is closed. */
  get opened(): Database {
    this.assertOpen();
    return this.database;
  }

  assertOpen(): void {
    if (this.#closing !== undefined) throw storeClosed(this.url);
  }

  /** @param queued - if it was in a queue. */
  own(
    run: Pick<OwnedRunContext, "row" | "tenant" | "runId" | "epoch" | "records" | "signals" | "asks">,
    owner: RunOwner,
    queued?: QueuedRun,
  ): PostgresRunJournal {
    const journal = new PostgresRunJournal({
      ...run,
      owner,
      database: this.database,
      lanes: this.#lanes,
      timeSlice: this.options.timeSlice,
      onChange: () => this.feed.changed(run.tenant, run.runId),
      onEnd: (ended, how) => {
        this.ownership.end(ended, how);
        if (how === "ended" && queued !== undefined) this.options.onEnded(queued);
      },
    });
    if (this.#closing === undefined) this.ownership.add(journal);
    else journal.close(storeClosed(this.url));
    return journal;
  }

  /**
   * Notifies the owner of a run of what was recorded for it: here, or by a note to the process that owns it.
   */
  async note(row: RunRow, signals: number, cancel: string | null): Promise<void> {
    if (row.owner === null) return this.options.afterSignalled(row);
    if (row.owner === this.ownership.id) return this.ownership.get(row.id)?.notice(signals, cancel);
    await this.database.attempt("SELECT pg_notify($1, $2)", channelOf(row.owner), `run ${row.id}`);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const closed = storeClosed(this.url);
    await this.options.beforeClose();
    this.feed.close();
    await this.ownership.close((run) => run.close(closed));
    const hurry = setTimeout(() => this.database.hurry(), patienceMs);
    await this.#lanes.idle();
    clearTimeout(hurry);
    this.database.hurry();
    // Runs that cannot be released expire with the lease.
    await this.ownership.release().catch(() => {});
    await this.database.close();
  }
}
