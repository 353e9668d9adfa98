import { positionBeyond, type JournalEntry, type Position } from "@ice/core";
import { type Steps, entriesOf } from "@ice/core/internal";
import { BlobRefs } from "./blobs.ts";
import type { Database } from "./database.ts";
import { readSomeRecords } from "./record-rows.ts";
import type { RunRow } from "./run-row.ts";
import { readPlacedSignals } from "./signal-rows.ts";

/**
 * The entries of a journal after a position, up to the state of a row. Records and signals are only added, so they may be read in any
 * number of transactions.
 *
 * @throws IceError `ICE_POSITION_INVALID`, `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`.
 */
export function* readTail(
  database: Database,
  row: RunRow,
  { after, limit }: { readonly after: Position; readonly limit: number },
): Steps<readonly JournalEntry[]> {
  if (after.records > row.records || after.signals > row.signals) throw positionBeyond(row.run_id, after);
  const signals = yield* readPlacedSignals(database, row, { from: after.signals, to: after.signals + limit });
  const [from, to] = [Math.max(1, after.records), after.records + limit];
  const values = new BlobRefs(database, row.id, { records: [from, to], signals: [0, 0] });
  const records = yield* readSomeRecords(database, row, { from, to, values });
  return entriesOf({ after, records, signals, recordCount: row.records }, limit);
}
