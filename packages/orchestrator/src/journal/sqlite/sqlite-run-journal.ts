import { runFenced, type IceError, type JournalRecord, type RunJournal, type RunOwner } from "@ice/core";
import { damaged, encodeRecord, isLast, listedError, statusOf, type Encoded } from "@ice/core/internal";
import { encoding } from "./encoding.ts";
import type { Database } from "./database.ts";
import type { GroupCommit } from "./group-commit.ts";
import { insertRecord } from "./record-rows.ts";
import { noteRecord } from "./request-rows.ts";
import { requireRun } from "./run-row.ts";
import { readSignals } from "./signal-rows.ts";
import { isBusy, toStoreError } from "./store-error.ts";

export interface OwnedRunContext {
  readonly database: Database;
  readonly commits: GroupCommit;
  readonly owner: RunOwner;
  /** Id of the owner in the store. */
  readonly ownerId: string;
  /** Called when records have become durable. */
  readonly onCommit: () => void;
  /** Called once, when the run is released or lost. */
  readonly onEnd: (run: SqliteRunJournal, how: "released" | "lost") => void;
  /** Refers to the run in other tables. */
  readonly row: number;
  readonly tenant: string;
  readonly runId: string;
  readonly epoch: number;
  /** Numbers of records and signals so far. */
  readonly records: number;
  readonly signals: number;
  /** Whether it has open requests. */
  readonly asks: boolean;
}

/** Records of one turn, which become durable together. */
interface Group {
  readonly records: { readonly record: JournalRecord; readonly encoded: Encoded }[];
  readonly durable: Promise<void>;
}

/** A run that this process owns: appends its records, and notifies the owner of signals from outside. */
export class SqliteRunJournal implements RunJournal {
  readonly runId: string;
  readonly epoch: number;
  readonly row: number;
  readonly #context: OwnedRunContext;
  #records: number;
  #signals: number;
  #cancelSeen = false;
  /** Whether it may have open requests; most runs ask no one. */
  #asks: boolean;
  #group: Group | undefined;
  /** Why nothing can be appended any more. */
  #closedBy: IceError | undefined;
  /** Why records were not written: none may be written after them. */
  #hole: IceError | undefined;
  #owned = true;

  constructor(context: OwnedRunContext) {
    this.#context = context;
    this.runId = context.runId;
    this.epoch = context.epoch;
    this.row = context.row;
    this.#records = context.records;
    this.#signals = context.signals;
    this.#asks = context.asks;
  }

  append(record: JournalRecord): Promise<void> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy);
    try {
      const encoded = encodeRecord(encoding, record);
      const group = (this.#group ??= this.#begin());
      group.records.push({ record, encoded });
      if (isLast(record))
        this.#closedBy = runFenced(this.runId, this.epoch, `it was released with the record \`${record.kind}\``);
      return group.durable;
    } catch (error) {
      // Nothing may be recorded after a gap.
      const storeError = toStoreError(error, this.#context.database.path);
      this.onOwnershipLost(storeError);
      return Promise.reject(storeError);
    }
  }

  /** Called when there may be new signals or a request to cancel: notifies the owner of them. */
  notice(signals: number, cancel: string | null): void {
    if (signals > this.#signals) this.#tellSignals();
    if (cancel === null || this.#cancelSeen) return;
    this.#cancelSeen = true;
    this.#notify(() => this.#context.owner.onCancel(cancel));
  }

  /** The owner loses the run. */
  onOwnershipLost(error: IceError): void {
    this.#closedBy ??= error;
    if (!this.#owned) return;
    this.#owned = false;
    this.#context.onEnd(this, "lost");
    queueMicrotask(() => this.#context.owner.onLost(error));
  }

  /** Closes the journal with its store. Pending records are still committed. */
  close(error: IceError): void {
    this.#closedBy ??= error;
    this.#owned = false;
  }

  fenced(): IceError {
    return runFenced(this.runId, this.epoch, "another process has taken it over");
  }

  /** Number and rows are read together: more may have arrived since the notification. */
  #tellSignals(): void {
    const { owner, database, tenant } = this.#context;
    try {
      const news = database.snapshot(() =>
        readSignals(database, requireRun(database, tenant, this.runId), this.#signals),
      );
      this.#signals += news.length;
      for (const signal of news) this.#notify(() => owner.onSignal(signal));
    } catch (error) {
      if (isBusy(error)) throw error;
      this.onOwnershipLost(toStoreError(error, database.path));
    }
  }

  #begin(): Group {
    const { commits } = this.#context;
    const records: Group["records"] = [];
    const durable = new Promise<void>((resolve, reject) => {
      commits.add({
        write: () => {
          if (this.#group?.records === records) this.#group = undefined;
          this.#write(records);
        },
        settle: (error) => {
          if (error !== undefined) {
            this.#hole ??= error;
            this.onOwnershipLost(error);
            reject(error);
            return;
          }
          this.#records += records.length;
          if (this.#owned && records.some(({ record }) => isLast(record))) {
            this.#owned = false;
            this.#context.onEnd(this, "released");
          }
          resolve();
          this.#context.onCommit();
        },
      });
    });
    return { records, durable };
  }

  /**
   * In the transaction.
   *
   * @throws IceError `ICE_STORE_FENCED` if this is no longer the owner, or lost a record before.
   */
  #write(records: Group["records"]): void {
    const { database, ownerId, tenant } = this.#context;
    if (this.#hole !== undefined) throw this.#hole;
    const last = records.at(-1)!.record;
    const changed = database.run(
      `UPDATE runs SET records = ?, updated_at = ?, nodes = nodes + ?
        WHERE id = ? AND epoch = ? AND owner = ? AND records = ?`,
      this.#records + records.length,
      last.at,
      records.filter(({ record }) => record.kind === "outcome").length,
      this.row,
      this.epoch,
      ownerId,
      this.#records,
    );
    if (changed === 0) throw this.#whyNot();
    for (const [index, { record, encoded }] of records.entries()) {
      const address = { run: this.row, tenant, runId: this.runId, seq: this.#records + index };
      insertRecord(database, address, encoded);
      this.#asks ||= record.kind === "waiting";
      if (this.#asks) noteRecord(database, address, record);
    }
    const status = records.map(({ record }) => statusOf(record)).findLast((status) => status !== undefined);
    if (status !== undefined)
      database.run(
        `UPDATE runs SET status = CASE WHEN ?1 = 'suspended' AND cancel IS NOT NULL THEN 'interrupted' ELSE ?1 END,
          ended_at = ?, resume_at = ?, owner = ?, seen = ?, failure = ? WHERE id = ?`,
        status,
        last.kind === "ended" ? last.at : null,
        last.kind === "suspended" ? (last.resumeAt ?? null) : null,
        isLast(last) ? null : ownerId,
        this.#signals,
        last.kind === "ended" && last.error !== undefined ? JSON.stringify(listedError(last.error)) : null,
        this.row,
      );
  }

  #whyNot(): IceError {
    const { database, ownerId } = this.#context;
    const row = database.get<{ records: number }>(
      "SELECT records FROM runs WHERE id = ? AND epoch = ? AND owner = ?",
      this.row,
      this.epoch,
      ownerId,
    );
    if (row === undefined) return this.fenced();
    return damaged(
      database.path,
      `run "${this.runId}" has ${row.records} records, but its owner wrote ${this.#records}`,
    );
  }

  /** An owner that throws must not affect the store. */
  #notify(news: () => void): void {
    queueMicrotask(() => {
      if (this.#owned) news();
    });
  }
}
