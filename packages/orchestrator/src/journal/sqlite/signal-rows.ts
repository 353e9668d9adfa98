import { IceError, type Json, type Signal, type SignalReceipt } from "@ice/core";
import { z } from "zod";
import { BlobRefs, putBlobRefs } from "./blobs.ts";
import type { Database } from "./database.ts";
import { checksumOf, decode, encode, type StoredRow } from "./encoding.ts";
import { blobPathsOfSignal } from "./blob-paths.ts";
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
 * @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_SIGNAL_INVALID`, `ICE_STORE_*`.
 */
export function insertSignal(
  database: Database,
  run: RunRow,
  { id, name, path, value, by, at }: Signal,
): SignalReceipt & { readonly count: number } {
  const key = keyOf({ id, name });
  const answer = { id, path, value, by, at };
  const written = name === undefined ? answer : { name, ...answer };
  checkReadable(key, written);
  const first = database.get<{ seq: number }>("SELECT seq FROM signals WHERE run = ? AND id = ?", run.id, key);
  if (first !== undefined)
    return { recorded: false, signal: readSignals(database, run, first.seq)[0]!, count: run.signals };
  const { body, blobs } = encode(written, blobPathsOfSignal);
  const seq = run.signals;
  database.run(
    "INSERT INTO signals (run, seq, id, version, body, checksum) VALUES (?, ?, ?, ?, ?, ?)",
    run.id,
    seq,
    key,
    signalVersion,
    body,
    checksumOf({ tenant: run.tenant, runId: run.run_id, source: "signal", seq }, signalVersion, body, blobs),
  );
  putBlobRefs(database, { run: run.id, source: "signal", seq }, blobs);
  database.run("UPDATE runs SET signals = ?, updated_at = max(updated_at, ?) WHERE id = ?", seq + 1, at, run.id);
  const count = seq + 1;
  return { recorded: true, signal: readSignals(database, { ...run, signals: count }, seq)[0]!, count };
}

/** What would be read back as something else damages the run for ever, so it is not written. */
function checkReadable(key: string, signal: object): void {
  if (key.isWellFormed() && !key.includes("\0") && signalSchema.safeParse(signal).success) return;
  throw new IceError("ICE_SIGNAL_INVALID", "The signal is not valid: it could not be read back from the store.", {
    fix: "its id and its sender have to be text, without half of a surrogate pair and without NUL",
    retryable: false,
  });
}

/**
 * The signals of a run from index `from`, in the order of their arrival.
 *
 * @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`.
 */
export function readSignals(
  database: Database,
  { id: run, tenant, run_id: runId, signals }: Pick<RunRow, "id" | "tenant" | "run_id" | "signals">,
  from = 0,
  values: BlobRefs = new BlobRefs(database, run),
): readonly Signal[] {
  const { path } = database;
  const rows = database.all<StoredRow & { seq: number; id: string }>(
    "SELECT seq, id, version, body, checksum FROM signals WHERE run = ? AND seq >= ? ORDER BY seq",
    run,
    from,
  );
  if (rows.length !== signals - from)
    throw damaged(path, `run "${runId}" has ${rows.length} signals from ${from} on instead of ${signals - from}`);
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
    return value as unknown as Signal;
  });
}
