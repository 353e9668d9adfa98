import { positionBeyond, type JournalEntry, type JournalRecord, type Position } from "@ice/core";
import type { Steps } from "@ice/core/internal";
import { entriesOf } from "../journal-entries.ts";
import { BlobRefs } from "./blobs.ts";
import type { Database } from "./database.ts";
import { readSomeRecords } from "./record-rows.ts";
import type { RunRow } from "./run-row.ts";
import { readPlacedSignals, type PlacedSignal } from "./signal-rows.ts";

/** Rows of a run after a position, as many as may be entries. */
export interface TailRows {
  readonly row: RunRow;
  readonly after: Position;
  readonly limit: number;
  readonly values: BlobRefs;
  readonly signals: readonly PlacedSignal[];
}

/** The part of the reading that has to see one state of the store. @throws IceError `ICE_POSITION_INVALID`, `ICE_STORE_CORRUPT`. */
export function tailRows(database: Database, row: RunRow, after: Position, limit: number): TailRows {
  if (after.records > row.records || after.signals > row.signals) throw positionBeyond(row.run_id, after);
  const values = new BlobRefs(database, row.id, {
    records: [after.records, after.records + limit],
    signals: [after.signals, after.signals + limit],
  });
  const range = { from: after.signals, to: Math.min(row.signals, after.signals + limit), values };
  return { row, after, limit, values, signals: readPlacedSignals(database, row, range) };
}

/** The entries of the rows. Records are only appended, so they may be read in other transactions. */
export function* readTail(
  database: Database,
  { row, after, limit, values, signals }: TailRows,
): Steps<readonly JournalEntry[]> {
  const range = { from: Math.max(1, after.records), to: after.records + limit, values };
  const records: readonly JournalRecord[] = yield* readSomeRecords(database, row, range);
  return entriesOf({ after, records, signals, recordCount: row.records }, limit);
}
