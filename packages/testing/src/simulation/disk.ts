import { journalRecordSchema, type JournalRecord, type Signal } from "@ice/core";
import { recordSignal, type KeptRun } from "./kept-run.ts";
import { ConnectedStore, type ProcessOptions, type ProcessStore } from "./process-store.ts";

/** What outlives the processes of a test. */
export interface Disk {
  /** A process starts. Of several at a time each owns runs of its own. */
  connect(options?: ProcessOptions): ProcessStore;
  /** Records of a run that are durable; none for an unknown run. */
  records(runId: string): readonly JournalRecord[];
  has(runId: string): boolean;
  /** Somebody outside says something to a run; durable at once. The first of one id wins. */
  signal(runId: string, signal: Signal): void;
}

/**
 * A store for tests of what happens when processes die: it keeps what was durable, loses the rest, and lets the next process go
 * on. Records are checked against their schema, as a store that reads them would.
 *
 * @param onDurable - called with each record once it is durable, in order.
 */
export function createDisk(onDurable: (runId: string, record: JournalRecord) => void = () => {}): Disk {
  const runs = new Map<string, KeptRun>();
  const early = new Map<string, Signal[]>();
  const write = (kept: KeptRun, record: JournalRecord): void => {
    kept.records.push(journalRecordSchema.parse(JSON.parse(JSON.stringify(record))));
    onDurable(kept.runId, record);
  };
  return {
    connect: (options = {}) => new ConnectedStore({ runs, early, write }, options),
    records: (runId) => runs.get(runId)?.records ?? [],
    has: (runId) => runs.has(runId),
    signal(runId, signal) {
      const kept = runs.get(runId);
      if (kept === undefined) early.set(runId, [...(early.get(runId) ?? []), signal]);
      else recordSignal(kept, signal);
    },
  };
}
