import {
  runFenced,
  storeClosed,
  type IceError,
  type JournalRecord,
  type RunJournal,
  type RunOwner,
  type Signal,
} from "@ice/core";
import { isLast } from "@ice/core/internal";
import type { Connection } from "./connection.ts";
import type { FleetRun } from "./fleet-run.ts";
import type { FleetTables, Ownership } from "./fleet-tables.ts";

export interface FleetJournalOptions extends Ownership {
  readonly tables: FleetTables;
  readonly connection: Connection;
  readonly run: FleetRun;
  readonly owner: RunOwner;
  /** Numbers of records and signals so far. */
  readonly records: number;
  readonly signals: number;
  readonly onAppend: (record: JournalRecord) => void;
  /** Called once, when the run is released or lost. */
  readonly onEnd: (journal: FleetJournal, how: "released" | "lost") => void;
}

interface Batch {
  readonly records: JournalRecord[];
  readonly durable: Promise<void>;
}

/** A run that a process of the fleet owns. One commit is on its way at a time; what is appended meanwhile follows together. */
export class FleetJournal implements RunJournal {
  readonly runId: string;
  readonly epoch: number;
  readonly run: FleetRun;
  readonly #options: FleetJournalOptions;
  #records: number;
  #signals: number;
  #cancelSeen = false;
  #batch: Batch | undefined;
  #before: Promise<unknown> = Promise.resolve();
  #closedBy?: IceError;
  #hole?: IceError;
  #owned = true;

  constructor(options: FleetJournalOptions) {
    this.#options = options;
    this.run = options.run;
    this.runId = options.run.head.runId;
    this.epoch = options.epoch;
    this.#records = options.records;
    this.#signals = options.signals;
  }

  append(record: JournalRecord): Promise<void> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy);
    this.#options.onAppend(record);
    const batch = (this.#batch ??= this.#begin());
    batch.records.push(record);
    if (isLast(record)) this.#closedBy = runFenced(this.runId, this.epoch, "it was released");
    return batch.durable;
  }

  /** There may be new signals or a request to cancel. */
  notice(signals: readonly Signal[], cancel: string | undefined): void {
    const { owner } = this.#options;
    if (cancel !== undefined && !this.#cancelSeen) {
      this.#cancelSeen = true;
      this.#notify(() => owner.onCancel(cancel));
    }
    if (!this.#owned) return;
    for (const signal of signals.slice(this.#signals)) this.#notify(() => owner.onSignal(signal));
    this.#signals = Math.max(this.#signals, signals.length);
  }

  onOwnershipLost(error: IceError): void {
    this.#closedBy ??= error;
    if (!this.#owned) return;
    this.#owned = false;
    this.#options.onEnd(this, "lost");
    queueMicrotask(() => this.#options.owner.onLost(error));
  }

  /** Records that were appended are still committed. */
  async close(url: string): Promise<void> {
    this.#closedBy ??= storeClosed(url);
    this.#owned = false;
    await this.#batch?.durable.catch(() => {});
    await this.#before;
  }

  fenced(): IceError {
    return runFenced(this.runId, this.epoch, "another process has taken it over");
  }

  #begin(): Batch {
    const records: JournalRecord[] = [];
    const durable = this.#before.then(() => this.#commit(records));
    this.#before = durable.catch(() => {});
    return { records, durable };
  }

  async #commit(records: readonly JournalRecord[]): Promise<void> {
    const { tables, connection, process, epoch, run } = this.#options;
    if (this.#batch?.records === records) this.#batch = undefined;
    if (this.#hole !== undefined) throw this.#hole;
    const commit = { process, epoch, before: this.#records, records, seen: this.#signals };
    try {
      const { signals, cancel } = await connection.call("append", () => {
        tables.commit(run, commit);
        return { signals: run.signals, cancel: run.cancel };
      });
      this.#records += records.length;
      if (this.#owned && records.some(isLast)) {
        this.#owned = false;
        this.#options.onEnd(this, "released");
      }
      this.notice(signals, cancel);
    } catch (error) {
      this.#hole = error as IceError;
      this.onOwnershipLost(this.#hole);
      throw error;
    }
  }

  #notify(news: () => void): void {
    queueMicrotask(() => {
      if (this.#owned) news();
    });
  }
}
