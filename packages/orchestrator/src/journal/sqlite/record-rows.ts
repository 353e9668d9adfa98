import {
  firstProblemOf,
  journalRecordSchema,
  journalRecordVersion,
  type JournalRecord,
  type JsonObject,
  type NewRun,
  type Steps,
} from "@ice/core";
import { z } from "zod";
import { putBlobRefs, type BlobRefs } from "./blobs.ts";
import type { Database } from "./database.ts";
import { checksumOf, decode, encode, type Encoded, type StoredRow } from "./encoding.ts";
import { placesOfHead, placesOfRecord } from "./places.ts";
import type { RunRow } from "./run-row.ts";
import { damaged } from "./store-error.ts";

const json = z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

/** Record 0 of a run: what was started. */
const headSchema = z.strictObject({
  kind: z.literal("created"),
  workflow: z.string(),
  version: z.string(),
  startedAt: z.number(),
  document: z.strictObject({ hash: z.string(), data: json }),
  inputs: json,
  options: json,
});
type Head = z.output<typeof headSchema>;

/** Documents are the same for every run of a workflow: they are shared from this size on. */
const headLimit = 1024;

/** @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_STORE_FULL`. */
export function encodeHead({ workflow, version, startedAt, document, inputs, options }: NewRun): Encoded {
  const head = { kind: "created", workflow, version, startedAt, document, inputs, options } satisfies Head;
  return encode(head, placesOfHead, headLimit);
}

/** @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_STORE_FULL`. */
export function encodeRecord(record: JournalRecord): Encoded {
  return encode(record, placesOfRecord[record.kind]);
}

export function insertRecord(
  database: Database,
  { run, runId, seq }: { readonly run: number; readonly runId: string; readonly seq: number },
  { body, blobs }: Encoded,
): void {
  database.run(
    "INSERT INTO records (run, seq, version, body, checksum) VALUES (?, ?, ?, ?, ?)",
    run,
    seq,
    journalRecordVersion,
    body,
    checksumOf({ runId, source: "record", seq }, journalRecordVersion, body, blobs),
  );
  if (blobs.length > 0) putBlobRefs(database, { run, source: "record", seq }, blobs);
}

/** Rows that are read at once, and what may be checked between two pauses. */
const pageSize = 200;
const atOnce = 10;

/**
 * Everything that was recorded of a run up to the state of its row, checked against it. Records are only ever appended, so that
 * they may be read in any number of transactions.
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
  const read = rowReader(database, row, values);
  const records: JournalRecord[] = [];
  let head: Head | undefined;
  for (let from = 0; from < row.records; from += pageSize) {
    for (const stored of pageOf(database, row, from)) {
      const seq = head === undefined ? 0 : records.length + 1;
      if (stored.seq !== seq) throw damaged(path, `record ${seq} of ${name} is missing`);
      if (head === undefined) head = read(stored, headSchema, () => placesOfHead);
      else records.push(read(stored, journalRecordSchema, placesIn));
      if (seq % atOnce === 0) yield;
    }
  }
  if (head === undefined || records.length + 1 < row.records)
    throw damaged(path, `record ${head === undefined ? 0 : records.length + 1} of ${name} is missing`);
  if (head.workflow !== row.workflow || head.version !== row.version || head.startedAt !== row.started_at)
    throw damaged(path, `${name} is listed as another one`);
  if (statusAfter(records) !== row.status) throw damaged(path, `the status of ${name} is not that of its records`);
  return { head, records };
}

/** Reads one row of a run, and checks it. */
function rowReader(database: Database, row: RunRow, values: BlobRefs) {
  const { path } = database;
  return <Schema extends z.ZodType>(
    stored: RecordRow,
    schema: Schema,
    placesOf: (value: JsonObject) => readonly string[],
  ): z.output<Schema> => {
    const { seq } = stored;
    const value = decode(
      stored,
      { runId: row.run_id, source: "record", seq },
      { path, version: journalRecordVersion, blobs: values.of("record", seq), placesOf, readBlob: values.read },
    );
    const { error } = schema.safeParse(value);
    if (error !== undefined)
      throw damaged(
        path,
        `record ${seq} of run "${row.run_id}" has another shape: ${firstProblemOf(error, schema, value)}`,
        error,
      );
    return value as unknown as z.output<Schema>;
  };
}

type RecordRow = StoredRow & { readonly seq: number };

function pageOf(database: Database, row: RunRow, from: number): readonly RecordRow[] {
  return database.all<RecordRow>(
    "SELECT seq, version, body, checksum FROM records WHERE run = ? AND seq >= ? AND seq < ? ORDER BY seq",
    row.id,
    from,
    Math.min(from + pageSize, row.records),
  );
}

/** Checks that a run has as many records as its row says; in the transaction in which the row was read. */
export function assertComplete(database: Database, { id, run_id: runId, records }: RunRow): void {
  const { count } = database.get<{ count: number }>("SELECT count(*) AS count FROM records WHERE run = ?", id)!;
  if (count !== records || count === 0)
    throw damaged(database.path, `run "${runId}" has ${count} records instead of ${records}`);
}

/** What the last record about it says; `running` when none does. */
export function statusAfter(
  records: readonly JournalRecord[],
): "running" | "suspended" | "interrupted" | "completed" | "failed" | "cancelled" {
  return records.map(statusOf).findLast((status) => status !== undefined) ?? "running";
}

/** What a record makes of the status of its run. */
export function statusOf(record: JournalRecord): ReturnType<typeof statusAfter> | undefined {
  switch (record.kind) {
    case "ended":
      return record.status;
    case "suspended":
      return record.reason === "interrupted" ? "interrupted" : "suspended";
    case "resumed":
      return "running";
    default:
      return undefined;
  }
}

function placesIn({ kind }: JsonObject): readonly string[] {
  return typeof kind === "string" && Object.hasOwn(placesOfRecord, kind)
    ? placesOfRecord[kind as JournalRecord["kind"]]
    : [];
}
