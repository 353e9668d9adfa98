import type { JournalEntry, JournalTail } from "../journal/journal-tail.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import type { Position } from "../journal/position.ts";
import type { RunSummary } from "../journal/run-summary.ts";
import type { Signal } from "../journal/signal.ts";

/** Parts of a journal from a position on. */
export interface JournalParts {
  readonly after: Position;
  /** Whether the head may be among the entries; the position is the start then. */
  readonly records: readonly JournalRecord[];
  /** Each with the number of records that the run had when it was recorded. */
  readonly signals: readonly { readonly signal: Signal; readonly place: number }[];
  /** Number of records of the run, its head included. */
  readonly recordCount: number;
}

/**
 * The entries of a journal in its order: a signal comes after the records that the run had when it was recorded, so its place is the
 * same for every reader.
 *
 * @param parts.records - from the position on, without the head.
 */
export function entriesOf(
  { after, records, signals, recordCount }: JournalParts,
  limit: number,
): readonly JournalEntry[] {
  const entries: JournalEntry[] = [];
  let { records: record, signals: signal } = after;
  const first = Math.max(1, record);
  while (entries.length < limit) {
    const next = signals[signal - after.signals];
    const isNext = next !== undefined && next.place <= record;
    if (!isNext && record >= recordCount) break;
    if (isNext) signal += 1;
    else record += 1;
    const position = { records: record, signals: signal };
    if (isNext) entries.push({ kind: "signal", signal: next.signal, position });
    else if (record === 1) entries.push({ kind: "head", position });
    else entries.push({ kind: "record", record: records[record - 1 - first]!, position });
  }
  return entries;
}

/** @param counts - the position that was read from, and the numbers of records and signals of the run. */
export function tailOf(
  run: RunSummary,
  entries: readonly JournalEntry[],
  { after, records, signals }: { readonly after: Position; readonly records: number; readonly signals: number },
): JournalTail {
  const position = entries.at(-1)?.position ?? after;
  return { run, entries, position, isAtEnd: position.records === records && position.signals === signals };
}
