import { z } from "zod";
import { IceError } from "../errors/ice-error.ts";
import type { Json } from "../json/json.ts";
import { damaged } from "../journal/run-errors.ts";
import type { Signal } from "../journal/signal.ts";
import { blobPathsOfSignal } from "./blob-paths.ts";
import type { Encoded, RowEncoding, StoredRow } from "./row-encoding.ts";
import type { RunColumns } from "./run-row.ts";
import type { BlobValues } from "./stored-record.ts";

/** 2: signals with a name. Older ones are read too. */
export const signalVersion = 2;
const signalSchema = z.strictObject({
  id: z.string(),
  name: z.string().optional(),
  path: z.string(),
  value: z.custom<Json>((value) => value !== undefined),
  by: z.string().nullable(),
  at: z.number(),
});

/** Ids of signals with a name are apart from those of answers, which begin with the id of a node. */
export const signalKey = ({ id, name }: Pick<Signal, "id" | "name">): string => (name === undefined ? id : `!${id}`);

/**
 * Checks a signal. What would be read back as something else damages the run for ever, so it is not written.
 *
 * @returns what is written.
 * @throws IceError `ICE_SIGNAL_INVALID`.
 */
export function checkSignal({ id, name, path, value, by, at }: Signal): Signal {
  const answer = { id, path, value, by, at };
  const written = name === undefined ? answer : { name, ...answer };
  const key = signalKey(written);
  if (key.isWellFormed() && !key.includes("\0") && signalSchema.safeParse(written).success) return written;
  throw new IceError("ICE_SIGNAL_INVALID", "The signal is not valid: it could not be read back from the store.", {
    fix: "its id and its sender have to be text, without half of a surrogate pair and without NUL",
    retryable: false,
  });
}

/** @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_STORE_FULL`. */
export const encodeSignal = ({ encode }: RowEncoding, signal: Signal): Encoded => encode(signal, blobPathsOfSignal);

/** A signal as it is stored. */
export interface SignalRow extends StoredRow {
  readonly seq: number;
  /** See `signalKey`. */
  readonly id: string;
}

/**
 * The signal of a row.
 *
 * @param store - its path or address, for errors.
 * @param seq - the number that the row must have.
 * @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`.
 */
export function readSignal(
  store: string,
  { decode }: RowEncoding,
  { tenant, run_id: runId }: Pick<RunColumns, "tenant" | "run_id">,
  { row, seq, values }: { readonly row: SignalRow; readonly seq: number; readonly values: BlobValues },
): Signal {
  const name = `signal ${seq} of run "${runId}"`;
  if (row.seq !== seq) throw damaged(store, `${name} is missing`);
  const value = decode(
    row,
    { tenant, runId, source: "signal", seq },
    {
      path: store,
      version: signalVersion,
      blobs: values.of("signal", seq),
      blobPathsOf: () => blobPathsOfSignal,
      readBlob: values.read,
    },
  );
  const { error } = signalSchema.safeParse(value);
  if (error !== undefined || signalKey(value as unknown as Signal) !== row.id)
    throw damaged(store, `${name} has an unexpected shape`, error);
  return value as unknown as Signal;
}
