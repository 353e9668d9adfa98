import { positionBeyond, type JournalEntry, type Position } from "@ice/core";
import { entriesOf, type TimeSlice } from "@ice/core/internal";
import type { Database } from "./database.ts";
import { readSomeRecords } from "./record-rows.ts";
import type { RunRow } from "./run-row.ts";
import { readPlacedSignals } from "./signal-rows.ts";

/**
 * The entries of a journal after a position, up to the state of a row. Records and signals are only added, so they may be read in any
 * number of statements.
 *
 * @throws IceError `ICE_POSITION_INVALID`, `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`.
 */
export async function readTail(
  database: Database,
  row: RunRow,
  { after, limit }: { readonly after: Position; readonly limit: number },
  timeSlice: TimeSlice,
): Promise<readonly JournalEntry[]> {
  if (after.records > row.records || after.signals > row.signals) throw positionBeyond(row.run_id, after);
  const [from, to] = [Math.max(1, after.records), after.records + limit];
  const [signals, records] = await Promise.all([
    readPlacedSignals(database, row, { from: after.signals, to: after.signals + limit }, timeSlice),
    readSomeRecords(database, row, { from, to }, timeSlice),
  ]);
  return entriesOf({ after, records, signals, recordCount: row.records }, limit);
}
