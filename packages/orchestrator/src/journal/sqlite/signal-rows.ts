import type { Json, Signal, SignalReceipt } from "@ice/core";
import { z } from "zod";
import { BlobRefs, putBlobRefs } from "./blobs.ts";
import type { Database } from "./database.ts";
import { checksumOf, decode, encode, type StoredRow } from "./encoding.ts";
import { blobPathsOfSignal } from "./blob-paths.ts";
import { noteAnswer } from "./request-rows.ts";
import type { RunRow } from "./run-row.ts";
import { damaged } from "./store-error.ts";

/** 2: signals with a name. Older ones are read too. */
const signalVersion = 2;
const signalSchema = z.strictObject({
  id: z.string(),
  name: z.string().optional(),
  path: z.string(),
  value: z.custom<Json>((value) => value !== undefined),
  by: z.string().nullable(),
  at: z.number(),
});

/** Ids of signals with a name are apart from those of answers, which begin with the id of a node. */
const keyOf = ({ id, name }: Pick<Signal, "id" | "name">): string => (name === undefined ? id : `!${id}`);

/**
 * Records a signal of a run, unless its id is taken.
 *
 * @returns the receipt, and the number of signals of the run.
 * @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_STORE_*`.
 */
export function insertSignal(
  database: Database,
  run: RunRow,
  { id, name, path, value, by, at }: Signal,
): SignalReceipt & { readonly count: number } {
  const key = keyOf({ id, name });
  const first = database.get<{ seq: number }>("SELECT seq FROM signals WHERE run = ? AND id = ?", run.id, key);
  if (first !== undefined)
    return { recorded: false, signal: readSignals(database, run, first.seq)[0]!, count: run.signals };
  const answer = { id, path, value, by, at };
  const { body, blobs } = encode(name === undefined ? answer : { name, ...answer }, blobPathsOfSignal);
  const seq = run.signals;
  database.run(
    "INSERT INTO signals (run, seq, id, version, body, checksum, place) VALUES (?, ?, ?, ?, ?, ?, ?)",
    run.id,
    seq,
    key,
    signalVersion,
    body,
    checksumOf({ tenant: run.tenant, runId: run.run_id, source: "signal", seq }, signalVersion, body, blobs),
    run.records,
  );
  putBlobRefs(database, { run: run.id, source: "signal", seq }, blobs);
  database.run("UPDATE runs SET signals = ?, updated_at = max(updated_at, ?) WHERE id = ?", seq + 1, at, run.id);
  if (name === undefined) noteAnswer(database, run.id, answer);
  const count = seq + 1;
  return { recorded: true, signal: readSignals(database, { ...run, signals: count }, seq)[0]!, count };
}

/**
 * The signals of a run from index `from`, in the order of their arrival.
 *
 * @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`.
 */
export function readSignals(database: Database, run: SignalledRun, from = 0): readonly Signal[] {
  const values = new BlobRefs(database, run.id);
  return readPlacedSignals(database, run, { from, to: Number.MAX_SAFE_INTEGER, values }).map(({ signal }) => signal);
}

/** A signal, and how many records its run had when it was recorded: at least 1, the head. */
export interface PlacedSignal {
  readonly signal: Signal;
  readonly place: number;
}

type SignalledRun = Pick<RunRow, "id" | "tenant" | "run_id" | "signals">;

/** Signals of a run with their places among its records, from index `from` up to `to`, or to the last one. */
export function readPlacedSignals(
  database: Database,
  { id: run, tenant, run_id: runId, signals }: SignalledRun,
  { from, to, values }: { readonly from: number; readonly to: number; readonly values: BlobRefs },
): readonly PlacedSignal[] {
  const { path } = database;
  const rows = database.all<StoredRow & { seq: number; id: string; place: number }>(
    "SELECT seq, id, version, body, checksum, place FROM signals WHERE run = ? AND seq >= ? AND seq < ? ORDER BY seq",
    run,
    from,
    to,
  );
  const expected = Math.max(0, Math.min(to, signals) - from);
  if (rows.length !== expected)
    throw damaged(path, `run "${runId}" has ${rows.length} signals from ${from} on instead of ${expected}`);
  return rows.map((row, index) => {
    const seq = from + index;
    const name = `signal ${seq} of run "${runId}"`;
    if (row.seq !== seq) throw damaged(path, `${name} is missing`);
    const value = decode(
      row,
      { tenant, runId, source: "signal", seq },
      {
        path,
        version: signalVersion,
        blobs: values.of("signal", seq),
        blobPathsOf: () => blobPathsOfSignal,
        readBlob: values.read,
      },
    );
    const { error } = signalSchema.safeParse(value);
    if (error !== undefined || keyOf(value as unknown as Signal) !== row.id)
      throw damaged(path, `${name} has an unexpected shape`, error);
    return { signal: value as unknown as Signal, place: Math.max(1, row.place) };
  });
}
