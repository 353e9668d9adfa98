import { journalRecordSchema, type JournalRecord, type JsonObject, type NewRun, type StoredRun } from "@ice/core";
import {
  defaultTenant,
  firstProblemOf,
  journalRecordVersion,
  type Steps,
  type Encoded,
  type RowAddress,
  type StoredRow,
  blobPathsOfHead,
  blobPathsOfRecord,
  damaged,
} from "@ice/core/internal";
import { z } from "zod";
import { putBlobRefs, type BlobRefs } from "./blobs.ts";
import type { Database } from "./database.ts";
import { checksumOf, decode, encode } from "./encoding.ts";
import { originOf } from "./origins.ts";
import type { RunRow } from "./run-row.ts";

const json = z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

/** Record 0 of a run: what was started, in version 1 of heads. */
const firstHeadSchema = z.strictObject({
  kind: z.literal("created"),
  workflow: z.string(),
  version: z.string(),
  startedAt: z.number(),
  document: z.strictObject({ hash: z.string(), data: json }),
  inputs: json,
  options: json,
});
/** Version 2 adds the kind of the run, and the node of another run that started it. */
const secondHeadSchema = firstHeadSchema.extend({
  origin: z.strictObject({
    kind: z.enum(["workflow", "network"]),
    startedBy: z.strictObject({ runId: z.string(), path: z.string() }).optional(),
  }),
});
/** Version 3 adds the tenant; earlier runs are those of the default one. */
const thirdHeadSchema = secondHeadSchema.extend({ tenant: z.string() });
/** Version 4 adds who started the run and by which request, if that is known. */
const headVersion = 4;
const headSchema = thirdHeadSchema.extend({ createdBy: z.string().optional(), requestHash: z.string().optional() });
type StoredHead = z.output<typeof headSchema>;
type Head = Omit<NewRun, "runId" | "hosted"> & Pick<StoredRun, "tenant">;

/** Documents of at least this size are shared: they are the same for every run of a workflow. */
const headLimit = 1024;

/** @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_STORE_FULL`. */
export function encodeHead(run: NewRun, tenant: string): Encoded {
  const { workflow, version, kind, startedBy, startedAt, document, inputs, options, createdBy, requestHash } = run;
  const origin = { kind, ...(startedBy !== undefined && { startedBy }) };
  const head = {
    kind: "created",
    tenant,
    workflow,
    version,
    origin,
    startedAt,
    document,
    inputs,
    options,
    ...(createdBy !== undefined && { createdBy }),
    ...(requestHash !== undefined && { requestHash }),
  } satisfies StoredHead;
  return encode(head, blobPathsOfHead, headLimit);
}

/** @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_STORE_FULL`. */
export function encodeRecord(record: JournalRecord): Encoded {
  return encode(record, blobPathsOfRecord[record.kind]);
}

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
    checksumOf({ tenant, runId, source: "record", seq }, version, body, blobs),
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
  const read = rowReader(database, row, values);
  const records: JournalRecord[] = [];
  let head: Head | undefined;
  for (let from = 0; from < row.records; from += pageSize) {
    for (const stored of pageOf(database, row, { from, to: from + pageSize })) {
      const seq = head === undefined ? 0 : records.length + 1;
      if (stored.seq !== seq) throw damaged(path, `record ${seq} of ${name} is missing`);
      if (head === undefined) head = readHead(row, read, stored);
      else records.push(readRecordRow(read, stored));
      if (seq % atOnce === 0) yield;
    }
  }
  if (head === undefined || records.length + 1 < row.records)
    throw damaged(path, `record ${head === undefined ? 0 : records.length + 1} of ${name} is missing`);
  if (!isOf(row, head)) throw damaged(path, `${name} is listed with different data`);
  if (statusAfter(records) !== row.status) throw damaged(path, `the status of ${name} does not match its records`);
  if (resumeAtAfter(records) !== (row.resume_at ?? undefined))
    throw damaged(path, `the time at which ${name} goes on does not match its records`);
  return { head, records };
}

/** One record of a run, of which its row must have that many. @param seq - at least 1: record 0 is the head. */
export function readRecord(database: Database, row: RunRow, seq: number, values: BlobRefs): JournalRecord {
  const [stored] = pageOf(database, row, { from: seq, to: seq + 1 });
  if (stored === undefined) throw damaged(database.path, `record ${seq} of run "${row.run_id}" is missing`);
  return readRecordRow(rowReader(database, row, values), stored);
}

/** Records of a run from number `from`, at least 1, up to `to`, or to the last one. */
export function* readSomeRecords(
  database: Database,
  row: RunRow,
  { from, to, values }: { readonly from: number; readonly to: number; readonly values: BlobRefs },
): Steps<readonly JournalRecord[]> {
  const read = rowReader(database, row, values);
  const records: JournalRecord[] = [];
  for (const stored of pageOf(database, row, { from, to })) {
    const seq = from + records.length;
    if (stored.seq !== seq) throw damaged(database.path, `record ${seq} of run "${row.run_id}" is missing`);
    records.push(readRecordRow(read, stored));
    if (records.length % atOnce === 0) yield;
  }
  return records;
}

const readRecordRow = (read: ReturnType<typeof rowReader>, stored: RecordRow): JournalRecord =>
  read(stored, { schema: journalRecordSchema, version: journalRecordVersion, blobPathsOf: placesIn });

/** Reads and checks one row of a run. */
function rowReader(database: Database, row: RunRow, values: BlobRefs) {
  const { path } = database;
  return <Schema extends z.ZodType>(
    stored: RecordRow,
    { schema, version, blobPathsOf }: RowShape<Schema>,
  ): z.output<Schema> => {
    const { seq } = stored;
    const value = decode(
      stored,
      { tenant: row.tenant, runId: row.run_id, source: "record", seq },
      { path, version, blobs: values.of("record", seq), blobPathsOf, readBlob: values.read },
    );
    const { error } = schema.safeParse(value);
    if (error !== undefined)
      throw damaged(
        path,
        `record ${seq} of run "${row.run_id}" has an unexpected shape: ${firstProblemOf(error, schema, value)}`,
        error,
      );
    return value as unknown as z.output<Schema>;
  };
}

interface RowShape<Schema> {
  readonly schema: Schema;
  readonly version: number;
  readonly blobPathsOf: (value: JsonObject) => readonly string[];
}

/** What was started. A head of version 1 has no kind: its document and its row have. */
function readHead(row: RunRow, read: ReturnType<typeof rowReader>, stored: RecordRow): Head {
  const blobPathsOf = (): readonly string[] => blobPathsOfHead;
  if (stored.version === 1) {
    const { kind: _, ...head } = read(stored, { schema: firstHeadSchema, version: 1, blobPathsOf });
    return {
      tenant: defaultTenant,
      ...head,
      ...originOf(row),
      kind: head.document.data["kind"] === "network" ? "network" : "workflow",
    };
  }
  const schema = stored.version === 2 ? secondHeadSchema : stored.version === 3 ? thirdHeadSchema : headSchema;
  const { kind: _, origin, ...head } = read(stored, { schema, version: headVersion, blobPathsOf });
  return {
    tenant: defaultTenant,
    ...head,
    kind: origin.kind,
    ...(origin.startedBy !== undefined && { startedBy: origin.startedBy }),
  };
}

/** Whether the row, which has no checksum, matches the head. */
function isOf(
  row: RunRow,
  { tenant, workflow, version, startedAt, kind, startedBy, createdBy, requestHash }: Head,
): boolean {
  const known = originOf(row);
  return (
    tenant === row.tenant &&
    workflow === row.workflow &&
    version === row.version &&
    startedAt === row.started_at &&
    (createdBy ?? null) === row.created_by &&
    (requestHash ?? null) === row.request_hash &&
    kind === (row.kind ?? kind) &&
    startedBy?.runId === known.startedBy?.runId &&
    startedBy?.path === known.startedBy?.path
  );
}

type RecordRow = StoredRow & { readonly seq: number };

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

/** Checks that a run has as many records as its row says; in the transaction in which the row was read. */
export function assertComplete(database: Database, { id, run_id: runId, records }: RunRow): void {
  const { count } = database.get<{ count: number }>("SELECT count(*) AS count FROM records WHERE run = ?", id)!;
  if (count !== records || count === 0)
    throw damaged(database.path, `run "${runId}" has ${count} records instead of ${records}`);
}

/** The status after the last record that changes it; otherwise `running`. */
export function statusAfter(
  records: readonly JournalRecord[],
): "running" | "suspended" | "interrupted" | "completed" | "failed" | "cancelled" {
  return records.map(statusOf).findLast((status) => status !== undefined) ?? "running";
}

/** When something in a run that was released with these records goes on by itself. */
function resumeAtAfter(records: readonly JournalRecord[]): number | undefined {
  const last = records.findLast((record) => statusOf(record) !== undefined);
  return last?.kind === "suspended" ? last.resumeAt : undefined;
}

/** The status of the run after a record. */
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
  return typeof kind === "string" && Object.hasOwn(blobPathsOfRecord, kind)
    ? blobPathsOfRecord[kind as JournalRecord["kind"]]
    : [];
}
