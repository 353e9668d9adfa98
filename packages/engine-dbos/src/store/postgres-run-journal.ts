import { IceError, runFenced, type JournalRecord, type RunJournal, type RunOwner } from "@ice/core";
import {
  encodeRecord,
  isLast,
  journalRecordVersion,
  listedError,
  statusOf,
  type Encoded,
  type TimeSlice,
} from "@ice/core/internal";
import type { CommitLanes, Job } from "./commit-lanes.ts";
import type { CommittedRun, RunCommit } from "./commit-statement.ts";
import type { Database } from "./database.ts";
import { encoding } from "./digests.ts";
import { requestChanges } from "./request-changes.ts";
import { readSignals } from "./signal-rows.ts";
import { toStoreError } from "./store-error.ts";

export interface OwnedRunContext {
  readonly database: Database;
  readonly lanes: CommitLanes;
  readonly timeSlice: TimeSlice;
  readonly owner: RunOwner;
  /** Called when records have become durable, and when there are new signals. */
  readonly onChange: () => void;
  /** Called once, when the run is released, also by its end, or lost. */
  readonly onEnd: (run: PostgresRunJournal, how: "ended" | "released" | "lost") => void;
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

interface Appended {
  readonly record: JournalRecord;
  readonly encoded: Encoded;
}

/** Records of one turn, which become durable together. */
interface Group {
  readonly records: Appended[];
  readonly durable: Promise<void>;
}

/** A run that this process owns: appends its records, and notifies the owner of signals from outside. */
export class PostgresRunJournal implements RunJournal {
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
  /** How many signals the run is known to have, and the reading of those that are new. */
  #announced: number;
  #reading: Promise<void> | undefined;

  constructor(context: OwnedRunContext) {
    this.#context = context;
    this.runId = context.runId;
    this.epoch = context.epoch;
    this.row = context.row;
    this.#records = context.records;
    this.#signals = context.signals;
    this.#announced = context.signals;
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
      const storeError = toStoreError(error, this.#context.database.url);
      this.onOwnershipLost(storeError);
      return Promise.reject(storeError);
    }
  }

  /**
   * Called when there may be new signals or a request to cancel. Resolves when the owner has been notified of them; if they cannot be
   * read now, the next heartbeat tries again.
   */
  async notice(signals: number, cancel: string | null): Promise<void> {
    this.#announced = Math.max(this.#announced, signals);
    if (cancel !== null && !this.#cancelSeen) {
      this.#cancelSeen = true;
      this.#notify(() => this.#context.owner.onCancel(cancel));
    }
    while (this.#owned && this.#signals < this.#announced) {
      const before = this.#signals;
      await (this.#reading ??= this.#readSignals().finally(() => (this.#reading = undefined)));
      if (this.#signals === before) return;
    }
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

  async #readSignals(): Promise<void> {
    const { owner, database, tenant, timeSlice } = this.#context;
    const run = { id: this.row, tenant, run_id: this.runId, signals: this.#announced };
    try {
      const news = await readSignals(database, run, this.#signals, timeSlice);
      this.#signals += news.length;
      for (const signal of news) this.#notify(() => owner.onSignal(signal));
      this.#context.onChange();
    } catch (error) {
      if (IceError.is(error) && error.code !== "ICE_STORE_CORRUPT" && error.code !== "ICE_STORE_VERSION") return;
      this.onOwnershipLost(toStoreError(error, database.url));
    }
  }

  #begin(): Group {
    const records: Appended[] = [];
    const durable = new Promise<void>((resolve, reject) => {
      const job: Job = {
        run: this.row,
        commit: () => {
          if (this.#group?.records === records) this.#group = undefined;
          if (this.#hole !== undefined) throw this.#hole;
          return this.#commitOf(records);
        },
        fenced: () => this.fenced(),
        settle: (outcome) => {
          if (!IceError.is(outcome)) return resolve(this.#onCommitted(records, outcome));
          this.#hole ??= outcome;
          this.onOwnershipLost(outcome);
          reject(outcome);
        },
      };
      this.#context.lanes.add(job);
    });
    return { records, durable };
  }

  #onCommitted(records: readonly Appended[], { signals, cancel }: CommittedRun): void {
    this.#records += records.length;
    const last = records.find(({ record }) => isLast(record))?.record;
    if (this.#owned && last !== undefined) {
      this.#owned = false;
      this.#context.onEnd(this, last.kind === "ended" ? "ended" : "released");
    }
    void this.notice(signals, cancel);
    this.#context.onChange();
  }

  #commitOf(appended: readonly Appended[]): RunCommit {
    const { tenant } = this.#context;
    const before = this.#records;
    const records = appended.map(({ record }) => record);
    const last = records.at(-1)!; // a group has at least one
    const status = records.map(statusOf).findLast((one) => one !== undefined);
    this.#asks ||= records.some(({ kind }) => kind === "waiting");
    return {
      run: this.row,
      tenant,
      epoch: this.epoch,
      before,
      at: last.at,
      records: appended.map(({ encoded: { body, blobs } }, index) => {
        const address = { tenant, runId: this.runId, source: "record", seq: before + index } as const;
        return {
          version: journalRecordVersion,
          body,
          blobs,
          checksum: encoding.checksumOf(address, journalRecordVersion, body, blobs),
        };
      }),
      state:
        status === undefined
          ? undefined
          : {
              status,
              endedAt: last.kind === "ended" ? last.at : null,
              resumeAt: last.kind === "suspended" ? (last.resumeAt ?? null) : null,
              isReleased: isLast(last),
              seen: this.#signals,
              failure:
                last.kind === "ended" && last.error !== undefined ? JSON.stringify(listedError(last.error)) : null,
            },
      ended: records.filter(({ kind }) => kind === "outcome").length,
      requests: this.#asks ? requestChanges(records, before) : undefined,
    };
  }

  /** An owner that throws must not affect the store. */
  #notify(news: () => void): void {
    queueMicrotask(() => {
      if (this.#owned) news();
    });
  }
}
