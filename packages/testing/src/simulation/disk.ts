import {
  journalRecordSchema,
  type ConversationTurn,
  type JournalRecord,
  type RunStarter,
  type Signal,
} from "@ice/core";
import { ConversationMap } from "@ice/core/internal";
import type { KeptOutputs } from "./kept-outputs.ts";
import { recordSignal, storedRun, type KeptRun } from "./kept-run.ts";
import type { ProcessOptions } from "./process-options.ts";
import { ConnectedStore, type ProcessStore } from "./process-store.ts";

/** A store that outlives the processes of a test. */
export interface Disk {
  /** Starts a process. Several can be connected at a time; each owns different runs. */
  connect(options?: ProcessOptions): ProcessStore;
  /** Durable records of a run; empty for an unknown run. */
  records(runId: string): readonly JournalRecord[];
  has(runId: string): boolean;
  /** Whether an owner of the run was asked to cancel it. */
  isCancelled(runId: string): boolean;
  /** Ids of all runs, in the order of their creation. */
  runIds(): readonly string[];
  /** The node that has started a run; undefined for a run that none has started, or that does not exist. */
  starterOf(runId: string): RunStarter | undefined;
  /** Signals of a run, in the order of recording. */
  signals(runId: string): readonly Signal[];
  /** Turns of a conversation, the oldest first. */
  turns(thread: string): readonly ConversationTurn[];
  /** Sends a signal to a run from outside; durable immediately. The first signal of an id counts. */
  signal(runId: string, signal: Signal): void;
}

/**
 * A store for tests with crashing processes: it keeps what was durable, loses the rest, and lets the next process continue.
 * Records are checked against their schema, as if they were read from a file.
 *
 * @param onDurable - called with each record once it is durable, in order.
 */
export function createDisk(onDurable: (runId: string, record: JournalRecord) => void = () => {}): Disk {
  const runs = new Map<string, KeptRun>();
  const conversations = new ConversationMap();
  const outputs: KeptOutputs = new Map();
  const early = new Map<string, Signal[]>();
  const write = (kept: KeptRun, record: JournalRecord): void => {
    kept.records.push(journalRecordSchema.parse(JSON.parse(JSON.stringify(record))));
    onDurable(kept.runId, record);
  };
  return {
    connect: (options = {}) => new ConnectedStore({ runs, early, conversations, outputs, write }, options),
    records: (runId) => runs.get(runId)?.records ?? [],
    turns: (thread) => conversations.read(thread, Infinity),
    has: (runId) => runs.has(runId),
    isCancelled: (runId) => runs.get(runId)?.cancel !== undefined,
    runIds: () => [...runs.keys()],
    starterOf: (runId) => (runs.has(runId) ? storedRun(runs.get(runId)!).startedBy : undefined),
    signals: (runId) => [...(runs.get(runId)?.signals.values() ?? [])],
    signal(runId, signal) {
      const kept = runs.get(runId);
      if (kept === undefined) early.set(runId, [...(early.get(runId) ?? []), signal]);
      else recordSignal(kept, signal);
    },
  };
}
