import { isBelow } from "../journal/is-below.ts";
import type { JournalRecord, JournalRecordOf } from "../journal/journal-record.ts";
import { maxTailEntries, type JournalTail } from "../journal/journal-tail.ts";
import type { OpenRequest } from "../journal/open-request.ts";
import { positionBeyond, type Position } from "../journal/position.ts";
import type { RunOwner } from "../journal/run-store.ts";
import type { RunSummary } from "../journal/run-summary.ts";
import type { Signal } from "../journal/signal.ts";
import type { NewRun, RunDocument, StoredRun } from "../journal/stored-run.ts";
import { deepFreeze } from "../json/deep-freeze.ts";
import type { ObservedStatus } from "../result/result.ts";
import { closedBy } from "./closed-requests.ts";
import { entriesOf, tailOf } from "./journal-entries.ts";
import { listedError } from "./listed-error.ts";
import { answerId, isQuestion, type Question } from "./question.ts";
import { statusOf } from "./stored-record.ts";

/** An open request, and a number that orders those of the same time. */
export interface KeptRequest {
  readonly sequence: number;
  readonly record: Question;
}

/** A run in memory. */
export class MemoryRun {
  readonly head: NewRun & Pick<StoredRun, "tenant">;
  /** Orders runs of the same time. */
  readonly sequence: number;
  readonly records: JournalRecord[] = [];
  /** As of the last record. */
  recorded: ObservedStatus = "running";
  updatedAt: number;
  endedAt: number | undefined;
  /** When something in the suspended run goes on by itself. */
  resumeAt: number | undefined;
  epoch = 1;
  owner: RunOwner | undefined;
  /** The first reason of a request to cancel. */
  cancel: string | undefined;
  /** Why it failed or was cancelled. */
  error: RunSummary["error"];
  /** How many nodes have ended. */
  nodes = 0;
  isHosted: boolean;
  /** How many signals it had when it was suspended, or that its host has looked at. */
  seen = 0;
  /** By id, and each with the number of records before it. */
  readonly #signals = new Map<string, { readonly signal: Signal; readonly place: number }>();
  /** Open requests by path; most runs ask no one. */
  #requests: Map<string, KeptRequest> | undefined;

  /** @param owner - absent: the first that opens it. */
  constructor(head: NewRun & Pick<StoredRun, "tenant">, sequence: number, owner?: RunOwner) {
    this.head = head;
    this.sequence = sequence;
    this.updatedAt = head.startedAt;
    this.owner = owner;
    this.isHosted = head.hosted === true;
  }

  /** What lists and readers show. */
  get status(): ObservedStatus {
    return this.recorded;
  }

  /** Whether nothing has happened to it since a time, and it does not wait for a later one. */
  isIdleSince(time: number): boolean {
    return Math.max(this.updatedAt, this.resumeAt ?? 0) < time;
  }

  get signals(): readonly Signal[] {
    return Array.from(this.#signals.values(), ({ signal }) => signal);
  }

  get signalCount(): number {
    return this.#signals.size;
  }

  /** The open requests of the run. */
  get requests(): readonly KeptRequest[] {
    return this.#requests === undefined ? [] : [...this.#requests.values()];
  }

  /** @param newSequence - numbers a request. */
  append(record: JournalRecord, newSequence: () => number): void {
    this.records.push(record);
    this.updatedAt = record.at;
    if (this.#requests !== undefined) this.#close(this.#requests, record);
    if (record.kind === "outcome") this.nodes += 1;
    else if (record.kind === "waiting") this.#ask(record, newSequence);
    else if (record.kind === "suspended") this.#suspend(record);
    else if (record.kind === "ended") this.#end(record);
    else if (record.kind === "resumed") [this.recorded, this.resumeAt] = ["running", undefined];
  }

  /** Keeps a signal, and returns it; or the first one with its id. */
  keep(given: Signal): { readonly recorded: boolean; readonly signal: Signal } {
    // Ids of signals with a name are apart from those of answers.
    const key = given.name === undefined ? given.id : `!${given.id}`;
    const first = this.#signals.get(key);
    if (first !== undefined) return { recorded: false, signal: first.signal };
    const signal: Signal = deepFreeze(given as never);
    this.#signals.set(key, { signal, place: this.records.length + 1 });
    this.updatedAt = Math.max(this.updatedAt, signal.at);
    if (signal.name === undefined) this.#answer(signal);
    return { recorded: true, signal };
  }

  /**
   * Keeps the first request to cancel it, while it has an owner. If that does not do so, the run is interrupted and not suspended, so that
   * the next owner follows at once.
   *
   * @returns whether this is the first one.
   */
  requestCancel(reason: string): boolean {
    if (this.recorded === "suspended") this.recorded = "interrupted";
    if (this.cancel !== undefined) return false;
    this.cancel = reason;
    return true;
  }

  summary(): RunSummary {
    const { runId, workflow, version, kind, startedBy, startedAt, createdBy, requestHash } = this.head;
    const { status, updatedAt, endedAt, resumeAt, nodes, error, isHosted } = this;
    return {
      runId,
      workflow,
      version,
      kind,
      ...(startedBy !== undefined && { startedBy }),
      status,
      startedAt,
      updatedAt,
      ...(endedAt !== undefined && { endedAt }),
      ...(resumeAt !== undefined && { resumeAt }),
      nodes,
      ...(error !== undefined && { error }),
      ...(createdBy !== undefined && { createdBy }),
      ...(requestHash !== undefined && { requestHash }),
      ...(isHosted && { hosted: true }),
    };
  }

  stored(): StoredRun {
    const { hosted: _, ...head } = this.head;
    return {
      ...head,
      ...(this.isHosted && { hosted: true }),
      inputs: deepFreeze(head.inputs),
      options: deepFreeze(head.options),
      document: frozenDocument(head.document),
      status: this.status,
      updatedAt: this.updatedAt,
      records: this.records.map((record) => deepFreeze(record as never)),
      signals: this.signals,
    };
  }

  /** @throws IceError `ICE_POSITION_INVALID`. */
  tail(after: Position, limit: number = maxTailEntries): JournalTail {
    const recordCount = this.records.length + 1;
    const count = Math.max(1, Math.min(limit, maxTailEntries));
    if (after.records > recordCount || after.signals > this.#signals.size) throw positionBeyond(this.head.runId, after);
    const from = Math.max(1, after.records) - 1;
    const records = this.records.slice(from, from + count).map((record) => deepFreeze(record as never));
    const signals = [...this.#signals.values()].slice(after.signals);
    const entries = entriesOf({ after, records, signals, recordCount }, count);
    return tailOf(this.summary(), entries, { after, records: recordCount, signals: this.#signals.size });
  }

  #suspend(record: JournalRecordOf<"suspended">): void {
    this.resumeAt = record.resumeAt;
    this.recorded = this.cancel === undefined ? statusOf(record)! : "interrupted";
    this.owner = undefined;
  }

  #end({ status, at, error }: JournalRecordOf<"ended">): void {
    this.recorded = status;
    this.error = error && listedError(error);
    this.endedAt = at;
    this.resumeAt = undefined;
    this.owner = undefined;
  }

  #ask(record: JournalRecordOf<"waiting">, newSequence: () => number): void {
    if (!isQuestion(record) || this.#isAnswered(record)) return;
    this.#requests ??= new Map();
    this.#requests.delete(record.path);
    this.#requests.set(record.path, { sequence: newSequence(), record });
  }

  /** An answer may come before the request that it answers. */
  #isAnswered({ path, request }: Question): boolean {
    return this.#signals.has(answerId(path, request));
  }

  #answer({ id, path }: Signal): void {
    const open = this.#requests?.get(path);
    if (open !== undefined && answerId(path, open.record.request) === id) this.#requests!.delete(path);
  }

  #close(requests: Map<string, KeptRequest>, record: JournalRecord): void {
    const closed = closedBy(record);
    if (closed === undefined) return;
    if (closed === "all") return requests.clear();
    if (closed.itself) requests.delete(closed.path);
    for (const path of requests.keys()) if (isBelow(path, closed.path)) requests.delete(path);
  }
}

/** A request as lists show it. */
export function openRequestOf({ runId, workflow }: NewRun, { path, request, at, wait }: Question): OpenRequest {
  return { runId, workflow, path, request, requestedAt: at, ...wait };
}

/** The hash of a large document takes long, and few ask for it. */
const frozenDocument = (document: RunDocument): RunDocument =>
  Object.freeze({
    get hash() {
      return document.hash;
    },
    get data() {
      return deepFreeze(document.data);
    },
  });
