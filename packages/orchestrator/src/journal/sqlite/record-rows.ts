import { journalRecordSchema, journalRecordVersion, type JournalRecord, type JsonObject, type NewRun } from "@ice/core";
import { z } from "zod";
import { putPlaced, type PlacedValues } from "./blobs.ts";
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
  { body, placed }: Encoded,
): void {
  database.run(
    "INSERT INTO records (run, seq, version, body, checksum) VALUES (?, ?, ?, ?, ?)",
    run,
    seq,
    journalRecordVersion,
    body,
    checksumOf({ runId, source: "record", seq }, journalRecordVersion, body, placed),
  );
  if (placed.length > 0) putPlaced(database, { run, source: "record", seq }, placed);
}

/**
 * Everything that was recorded of a run, checked against its row.
 *
 * @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`.
 */
export function readRecords(
  database: Database,
  row: RunRow,
  values: PlacedValues,
): { readonly head: Head; readonly records: readonly JournalRecord[] } {
  const { path } = database;
  const name = `run "${row.run_id}"`;
  const rows = database.all<StoredRow & { seq: number }>(
    "SELECT seq, version, body, checksum FROM records WHERE run = ? ORDER BY seq",
    row.id,
  );
  if (rows.length !== row.records || rows.length === 0)
    throw damaged(path, `${name} has ${rows.length} records instead of ${row.records}`);

  const read = <Schema extends z.ZodType>(
    seq: number,
    schema: Schema,
    placesOf: (value: JsonObject) => readonly string[],
  ) => {
    const stored = rows[seq]!;
    if (stored.seq !== seq) throw damaged(path, `record ${seq} of ${name} is missing`);
    const address = { runId: row.run_id, source: "record", seq } as const;
    const placed = values.of("record", seq);
    const value = decode(stored, address, {
      path,
      version: journalRecordVersion,
      placed,
      placesOf,
      readBlob: values.read,
    });
    const { error } = schema.safeParse(value);
    if (error !== undefined)
      throw damaged(path, `record ${seq} of ${name} has another shape: ${z.prettifyError(error)}`, error);
    return value as unknown as z.output<Schema>;
  };

  const head = read(0, headSchema, () => placesOfHead);
  if (head.workflow !== row.workflow || head.version !== row.version || head.startedAt !== row.started_at)
    throw damaged(path, `${name} is listed as another one`);
  const records: JournalRecord[] = [];
  for (let seq = 1; seq < rows.length; seq += 1) records.push(read(seq, journalRecordSchema, placesIn));
  if (statusAfter(records) !== row.status) throw damaged(path, `the status of ${name} is not that of its records`);
  return { head, records };
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
