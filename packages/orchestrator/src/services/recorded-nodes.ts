import {
  journalStart,
  type JournalEntry,
  type JournalRecord,
  type JournalRecordOf,
  type NodeRecord,
  type Position,
  type RunStore,
  type RunSummary,
  type Signal,
  type WaitingNode,
} from "@ice/core";
import { finishInTurns, type Steps, type TimeSlice } from "@ice/core/internal";
import { isEnded } from "../engine/ended-result.ts";
import { RunHistory } from "../history/history.ts";
import { nodesOf, waitingNodes } from "../history/stored-result.ts";

/** Entries that are added between two pauses. */
const atOnce = 50;

/** What the journal of a run says of its nodes. Outputs stay in the store until they are asked for: a page needs few of them. */
export class RecordedNodes {
  readonly #store: RunStore;
  readonly #run: RunSummary;
  readonly #history: RunHistory;
  readonly #signals: readonly Signal[];
  readonly #left: JournalRecordOf<"suspended"> | undefined;
  /** Positions before the outcomes that have an output, by path. */
  readonly #outputs: ReadonlyMap<string, Position>;

  private constructor(store: RunStore, run: RunSummary, read: JournalReader) {
    this.#store = store;
    this.#run = run;
    this.#history = read.history;
    this.#signals = read.signals;
    this.#left = read.left;
    this.#outputs = read.outputs;
  }

  /**
   * Reads a journal in portions, with pauses between them.
   *
   * @param onRecord - called with each record; that of an outcome is without its output.
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_*`.
   */
  static async read(
    store: RunStore,
    runId: string,
    { timeSlice, onRecord = () => {} }: { timeSlice: TimeSlice; onRecord?: (record: JournalRecord) => void },
  ): Promise<RecordedNodes> {
    const { startedAt } = await store.summary(runId);
    const reader = new JournalReader(startedAt, onRecord);
    for (;;) {
      const { entries, run, isAtEnd } = await store.readAfter(runId, reader.position);
      await finishInTurns(reader.add(entries), timeSlice);
      if (isAtEnd) return new RecordedNodes(store, run, reader);
    }
  }

  /** Without outputs: in the order in which they have ended, those in progress last. */
  entries(): Iterable<readonly [path: string, node: NodeRecord]> {
    return nodesOf(this.#history, isEnded(this.#run));
  }

  /** What a node waits for. */
  waiting(path: string): WaitingNode | undefined {
    if (isEnded(this.#run)) return undefined;
    const run = { kind: this.#run.kind, signals: this.#signals, left: this.#left };
    return waitingNodes(run, this.#history).find((one) => one.path === path);
  }

  /** An entry with its output, if it has one. */
  async withOutput(path: string, node: NodeRecord): Promise<NodeRecord> {
    const before = this.#outputs.get(path);
    if (before === undefined) return node;
    const { entries } = await this.#store.readAfter(this.#run.runId, before, 1);
    const [entry] = entries;
    const isOutcome = entry?.kind === "record" && entry.record.kind === "outcome" && entry.record.path === path;
    return isOutcome ? entry.record.node : node;
  }
}

/** Takes the entries of a journal in their order. */
class JournalReader {
  readonly history: RunHistory;
  readonly signals: Signal[] = [];
  readonly outputs = new Map<string, Position>();
  left: JournalRecordOf<"suspended"> | undefined;
  position: Position = journalStart;
  readonly #onRecord: (record: JournalRecord) => void;

  constructor(startedAt: number, onRecord: (record: JournalRecord) => void) {
    this.history = new RunHistory(startedAt);
    this.#onRecord = onRecord;
  }

  *add(entries: readonly JournalEntry[]): Steps<void> {
    for (const [index, entry] of entries.entries()) {
      if (index % atOnce === 0) yield;
      if (entry.kind === "signal") this.signals.push(entry.signal);
      else if (entry.kind === "record") this.#addRecord(entry.record);
      this.position = entry.position;
    }
  }

  #addRecord(record: JournalRecord): void {
    const kept = record.kind === "outcome" ? this.#withoutOutput(record) : record;
    if (kept.kind === "suspended") this.left = kept;
    this.history.add(kept);
    this.#onRecord(kept);
  }

  #withoutOutput(record: JournalRecordOf<"outcome">): JournalRecordOf<"outcome"> {
    const { output, ...node } = record.node;
    if (output === undefined) {
      this.outputs.delete(record.path);
      return record;
    }
    this.outputs.set(record.path, this.position);
    return { ...record, node };
  }
}
