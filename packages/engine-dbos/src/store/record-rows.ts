import type { JournalRecord } from "@ice/core";
import {
  assertStateOf,
  damaged,
  finishInTurns,
  isOf,
  readHead,
  readRecord,
  rowReader,
  type Head,
  type ReadRow,
  type RecordRow,
  type Steps,
  type TimeSlice,
} from "@ice/core/internal";
import { BlobRefs } from "./blobs.ts";
import type { Database } from "./database.ts";
import { encoding } from "./digests.ts";
import type { CountedRow, RunRow } from "./run-row.ts";

/** Rows that are read in one statement, and that are checked between two looks at the time. */
const [pageSize, atOnce] = [500, 10];

/**
 * All records of a run up to the state of its row, checked against it. Records are only appended, so they may be read in any number of
 * statements.
 *
 * @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`.
 */
export async function readRecords(
  database: Database,
  row: RunRow,
  timeSlice: TimeSlice,
): Promise<{ readonly head: Head; readonly records: readonly JournalRecord[] }> {
  const values = new BlobRefs(database, row.id);
  const read = rowReader(database.url, encoding, row, values);
  const first = await pageOf(database, row, { from: 0, to: 1 });
  if (first.length === 0) throw missing(database, row, 0);
  await values.load("record", [0, 1]);
  const head = readHead(row, read, first[0]!);
  const records: JournalRecord[] = [];
  for (let from = 1; from < row.records; from += pageSize)
    records.push(...(await readSome(database, row, { from, to: from + pageSize, values, read, timeSlice })));
  const name = `run "${row.run_id}"`;
  if (records.length + 1 < row.records) throw missing(database, row, records.length + 1);
  if (!isOf(row, head)) throw damaged(database.url, `${name} is listed with different data`);
  assertStateOf(database.url, row, records);
  return { head, records };
}

/** Records of a run from number `from`, at least 1, up to `to`, or to the last one. */
export async function readSomeRecords(
  database: Database,
  row: RunRow,
  range: { readonly from: number; readonly to: number },
  timeSlice: TimeSlice,
): Promise<readonly JournalRecord[]> {
  if (range.from >= row.records) return [];
  const values = new BlobRefs(database, row.id);
  const read = rowReader(database.url, encoding, row, values);
  return readSome(database, row, { ...range, values, read, timeSlice });
}

interface Some {
  readonly from: number;
  readonly to: number;
  readonly values: BlobRefs;
  readonly read: ReadRow;
  readonly timeSlice: TimeSlice;
}

async function readSome(
  database: Database,
  row: RunRow,
  { from, to, values, read, timeSlice }: Some,
): Promise<readonly JournalRecord[]> {
  const [stored] = await Promise.all([pageOf(database, row, { from, to }), values.load("record", [from, to])]);
  return finishInTurns(decodeAll(database, row, { from, stored, read }), timeSlice);
}

function* decodeAll(
  database: Database,
  row: RunRow,
  { from, stored, read }: { readonly from: number; readonly stored: readonly RecordRow[]; readonly read: ReadRow },
): Steps<readonly JournalRecord[]> {
  const records: JournalRecord[] = [];
  for (const one of stored) {
    const seq = from + records.length;
    if (one.seq !== seq) throw missing(database, row, seq);
    records.push(readRecord(read, one));
    if (records.length % atOnce === 0) yield;
  }
  return records;
}

const pageOf = (
  database: Database,
  row: RunRow,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly RecordRow[]> =>
  database.all<RecordRow>(
    "SELECT seq, version, body, checksum FROM records WHERE run = $1 AND seq >= $2 AND seq < $3 ORDER BY seq",
    row.id,
    from,
    Math.min(to, row.records),
  );

const missing = ({ url }: Database, row: RunRow, seq: number): Error =>
  damaged(url, `record ${seq} of run "${row.run_id}" is missing`);

/** Checks that a run has as many records and signals as its row says. @throws IceError `ICE_STORE_CORRUPT`. */
export function assertComplete({ url }: Database, row: CountedRow): void {
  const { run_id: runId, records, signals, record_rows: recordRows, signal_rows: signalRows } = row;
  if (recordRows !== records || recordRows === 0)
    throw damaged(url, `run "${runId}" has ${recordRows} records instead of ${records}`);
  if (signalRows !== signals) throw damaged(url, `run "${runId}" has ${signalRows} signals instead of ${signals}`);
}
