import type { JournalRecord } from "@ice/core";
import {
  assertStateOf,
  damaged,
  headVersion,
  isOf,
  journalRecordVersion,
  readHead,
  readRecord,
  rowReader,
  type Encoded,
  type Head,
  type RecordRow,
  type RowAddress,
  type Steps,
} from "@ice/core/internal";
import { putBlobRefs, type BlobRefs } from "./blobs.ts";
import type { Database } from "./database.ts";
import { encoding } from "./encoding.ts";
import type { RunRow } from "./run-row.ts";

/** The run of a row, and how it is referred to in other tables. */
type RecordAddress = Omit<RowAddress, "source"> & { readonly run: number };

export function insertHead(database: Database, run: Omit<RecordAddress, "seq">, head: Encoded): void {
  insertRecord(database, { ...run, seq: 0 }, head, headVersion);
}

export function insertRecord(
  database: Database,
  { run, tenant, runId, seq }: RecordAddress,
  { body, blobs }: Encoded,
  version: number = journalRecordVersion,
): void {
  database.run(
    "INSERT INTO records (run, seq, version, body, checksum) VALUES (?, ?, ?, ?, ?)",
    run,
    seq,
    version,
    body,
    encoding.checksumOf({ tenant, runId, source: "record", seq }, version, body, blobs),
  );
  if (blobs.length > 0) putBlobRefs(database, { run, source: "record", seq }, blobs);
}

/** Rows that are read in one step, and that may be checked between two pauses. */
const pageSize = 200;
const atOnce = 10;

/**
 * All records of a run up to the state of its row, checked against it. Records are only appended, so they may be read in any
 * number of transactions.
 *
 * @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`.
 */
export function* readRecords(
  database: Database,
  row: RunRow,
  values: BlobRefs,
): Steps<{ readonly head: Head; readonly records: readonly JournalRecord[] }> {
  const { path } = database;
  const name = `run "${row.run_id}"`;
  const read = rowReader(database.path, encoding, row, values);
  const records: JournalRecord[] = [];
  let head: Head | undefined;
  for (let from = 0; from < row.records; from += pageSize) {
    for (const stored of pageOf(database, row, { from, to: from + pageSize })) {
      const seq = head === undefined ? 0 : records.length + 1;
      if (stored.seq !== seq) throw damaged(path, `record ${seq} of ${name} is missing`);
      if (head === undefined) head = readHead(row, read, stored);
      else records.push(readRecord(read, stored));
      if (seq % atOnce === 0) yield;
    }
  }
  if (head === undefined || records.length + 1 < row.records)
    throw damaged(path, `record ${head === undefined ? 0 : records.length + 1} of ${name} is missing`);
  if (!isOf(row, head)) throw damaged(path, `${name} is listed with different data`);
  assertStateOf(path, row, records);
  return { head, records };
}

/** One record of a run, of which its row must have that many. @param seq - at least 1: record 0 is the head. */
export function readRecordAt(database: Database, row: RunRow, seq: number, values: BlobRefs): JournalRecord {
  const [stored] = pageOf(database, row, { from: seq, to: seq + 1 });
  if (stored === undefined) throw damaged(database.path, `record ${seq} of run "${row.run_id}" is missing`);
  return readRecord(rowReader(database.path, encoding, row, values), stored);
}

/** Records of a run from number `from`, at least 1, up to `to`, or to the last one. */
export function* readSomeRecords(
  database: Database,
  row: RunRow,
  { from, to, values }: { readonly from: number; readonly to: number; readonly values: BlobRefs },
): Steps<readonly JournalRecord[]> {
  const read = rowReader(database.path, encoding, row, values);
  const records: JournalRecord[] = [];
  for (const stored of pageOf(database, row, { from, to })) {
    const seq = from + records.length;
    if (stored.seq !== seq) throw damaged(database.path, `record ${seq} of run "${row.run_id}" is missing`);
    records.push(readRecord(read, stored));
    if (records.length % atOnce === 0) yield;
  }
  return records;
}

function pageOf(
  database: Database,
  row: RunRow,
  { from, to }: { readonly from: number; readonly to: number },
): readonly RecordRow[] {
  return database.all<RecordRow>(
    "SELECT seq, version, body, checksum FROM records WHERE run = ? AND seq >= ? AND seq < ? ORDER BY seq",
    row.id,
    from,
    Math.min(to, row.records),
  );
}

/**
 * Checks that the records of a run end where its row says; in the transaction in which the row was read. One that is missing before is
 * found when they are read: to count them, all of their contents would be read at once.
 */
export function assertComplete(database: Database, { id, run_id: runId, records }: RunRow): void {
  const last = database.get<{ seq: number }>("SELECT seq FROM records WHERE run = ? ORDER BY seq DESC LIMIT 1", id);
  if (last === undefined) throw damaged(database.path, `run "${runId}" has no records`);
  if (last.seq !== records - 1)
    throw damaged(database.path, `the last record of run "${runId}" is number ${last.seq} instead of ${records - 1}`);
}
