import type { z } from "zod";
import { IceError } from "../errors/ice-error.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { firstProblemOf } from "../analysis/schema-issues.ts";
import { blobPathsOfRecord } from "./blob-paths.ts";
import { journalRecordSchema, journalRecordVersion, type JournalRecord } from "../journal/journal-record.ts";
import type { BlobRef, Encoded, RowEncoding, StoredRow } from "./row-encoding.ts";
import { damaged } from "../journal/run-errors.ts";
import type { RunColumns } from "./run-row.ts";

/** The large values of the rows of one run. */
export interface BlobValues {
  /** Those of a row, in the order of their paths. */
  of(source: "record" | "signal", seq: number): readonly BlobRef[];
  /** @throws IceError `ICE_STORE_CORRUPT`. */
  readonly read: (hash: string) => Json;
}

/** A record as it is stored. */
export type RecordRow = StoredRow & { readonly seq: number };

interface RowShape<Schema> {
  readonly schema: Schema;
  readonly version: number;
  readonly blobPathsOf: (value: JsonObject) => readonly string[];
}

/** Reads and checks one row of a run. @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`. */
export type ReadRow = <Schema extends z.ZodType>(stored: RecordRow, shape: RowShape<Schema>) => z.output<Schema>;

/** @param store - its path or address, for errors. */
export function rowReader(
  store: string,
  { decode }: RowEncoding,
  row: Pick<RunColumns, "tenant" | "run_id">,
  values: BlobValues,
): ReadRow {
  return (stored, { schema, version, blobPathsOf }) => {
    const { seq } = stored;
    const value = decode(
      stored,
      { tenant: row.tenant, runId: row.run_id, source: "record", seq },
      { path: store, version, blobs: values.of("record", seq), blobPathsOf, readBlob: values.read },
    );
    const { error } = schema.safeParse(value);
    if (error !== undefined)
      throw damaged(
        store,
        `record ${seq} of run "${row.run_id}" has an unexpected shape: ${firstProblemOf(error, schema, value)}`,
        error,
      );
    return value as unknown as z.output<typeof schema>;
  };
}

export const readRecord = (read: ReadRow, stored: RecordRow): JournalRecord =>
  read(stored, { schema: journalRecordSchema, version: journalRecordVersion, blobPathsOf });

/**
 * Validated like on reading: a record that cannot be read back must not be written.
 *
 * @throws IceError `ICE_INTERNAL`, `ICE_OUTPUT_NOT_JSON`, `ICE_STORE_FULL`.
 */
export function encodeRecord({ encode }: RowEncoding, record: JournalRecord): Encoded {
  const { error } = journalRecordSchema.safeParse(record);
  if (error !== undefined)
    throw new IceError(
      "ICE_INTERNAL",
      `A journal record is malformed: ${firstProblemOf(error, journalRecordSchema, record)}.`,
      { cause: error },
    );
  return encode(record, blobPathsOfRecord[record.kind]);
}

function blobPathsOf({ kind }: JsonObject): readonly string[] {
  return typeof kind === "string" && Object.hasOwn(blobPathsOfRecord, kind)
    ? blobPathsOfRecord[kind as JournalRecord["kind"]]
    : [];
}

/** Checks that the row of a run says what its records say. @throws IceError `ICE_STORE_CORRUPT`. */
export function assertStateOf(store: string, row: RunColumns, records: readonly JournalRecord[]): void {
  const name = `run "${row.run_id}"`;
  const status = statusAfter(records);
  const isAsked = status === "suspended" && row.status === "interrupted" && row.cancel !== null;
  if (status !== row.status && !isAsked) throw damaged(store, `the status of ${name} does not match its records`);
  if (resumeAtAfter(records) !== (row.resume_at ?? undefined))
    throw damaged(store, `the time at which ${name} goes on does not match its records`);
}

type RecordedStatus = "running" | "suspended" | "interrupted" | "completed" | "failed" | "cancelled";

/** The status after the last record that changes it; otherwise `running`. */
function statusAfter(records: readonly JournalRecord[]): RecordedStatus {
  return records.map(statusOf).findLast((status) => status !== undefined) ?? "running";
}

/** When something in a run that was released with these records goes on by itself. */
function resumeAtAfter(records: readonly JournalRecord[]): number | undefined {
  const last = records.findLast((record) => statusOf(record) !== undefined);
  return last?.kind === "suspended" ? last.resumeAt : undefined;
}

/** The status of the run after a record. */
export function statusOf(record: JournalRecord): RecordedStatus | undefined {
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

/** Whether the owner releases the run with a record. */
export const isLast = ({ kind }: JournalRecord): boolean => kind === "ended" || kind === "suspended";
