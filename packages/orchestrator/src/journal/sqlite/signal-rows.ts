import type { Signal, SignalReceipt } from "@ice/core";
import {
  checkSignal,
  damaged,
  encodeSignal,
  finish,
  readSignal,
  signalKey,
  signalVersion,
  type SignalRow,
  type Steps,
} from "@ice/core/internal";
import { BlobRefs, putBlobRefs } from "./blobs.ts";
import type { Database } from "./database.ts";
import { encoding } from "./encoding.ts";
import { noteAnswer } from "./request-rows.ts";
import type { RunRow } from "./run-row.ts";

/**
 * Records a signal of a run, unless its id is taken.
 *
 * @returns the receipt, and the number of signals of the run.
 * @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_SIGNAL_INVALID`, `ICE_STORE_*`.
 */
export function insertSignal(
  database: Database,
  run: RunRow,
  signal: Signal,
): SignalReceipt & { readonly count: number } {
  const written = checkSignal(signal);
  const key = signalKey(written);
  const first = database.get<{ seq: number }>("SELECT seq FROM signals WHERE run = ? AND id = ?", run.id, key);
  if (first !== undefined)
    return { recorded: false, signal: readSignalAt(database, run, first.seq), count: run.signals };
  const { body, blobs } = encodeSignal(encoding, written);
  const seq = run.signals;
  database.run(
    "INSERT INTO signals (run, seq, id, version, body, checksum, place) VALUES (?, ?, ?, ?, ?, ?, ?)",
    run.id,
    seq,
    key,
    signalVersion,
    body,
    encoding.checksumOf({ tenant: run.tenant, runId: run.run_id, source: "signal", seq }, signalVersion, body, blobs),
    run.records,
  );
  putBlobRefs(database, { run: run.id, source: "signal", seq }, blobs);
  database.run(
    "UPDATE runs SET signals = ?, updated_at = max(updated_at, ?) WHERE id = ?",
    seq + 1,
    written.at,
    run.id,
  );
  if (written.name === undefined) noteAnswer(database, run.id, written);
  const count = seq + 1;
  return { recorded: true, signal: readSignalAt(database, { ...run, signals: count }, seq), count };
}

type SignalsOf = Pick<RunRow, "id" | "tenant" | "run_id" | "signals">;
type PlacedRow = SignalRow & { readonly place: number };

/** A signal, and how many records its run had when it was recorded: at least 1, the head. */
export interface PlacedSignal {
  readonly signal: Signal;
  readonly place: number;
}

/**
 * The signals of a run from index `from`, in the order of their arrival.
 *
 * @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`.
 */
export function readSignals(database: Database, run: SignalsOf, from = 0): readonly Signal[] {
  assertSignalsComplete(database, run, from);
  return finish(readSignalsInSteps(database, run, from));
}

/** Rows that are read at a time. */
const pageSize = 50;

/** The same, with a pause after each. Signals are only added, so those up to the state of the row do not change meanwhile. */
export function* readSignalsInSteps(database: Database, run: SignalsOf, from = 0): Steps<readonly Signal[]> {
  return (yield* readPlacedSignals(database, run, { from, to: run.signals })).map(({ signal }) => signal);
}

/** Signals from index `from` up to `to`, or to the state of the row, with their places among the records. */
export function* readPlacedSignals(
  database: Database,
  run: SignalsOf,
  { from, to }: { readonly from: number; readonly to: number },
): Steps<readonly PlacedSignal[]> {
  const end = Math.min(to, run.signals);
  if (from >= end && from > 0) return [];
  const values = new BlobRefs(database, run.id, { records: none, signals: [from, end] });
  const signals: PlacedSignal[] = [];
  for (let next = from; next < end; next += pageSize) {
    const rows = database.all<PlacedRow>(
      "SELECT seq, id, version, body, checksum, place FROM signals WHERE run = ? AND seq >= ? AND seq < ? ORDER BY seq",
      run.id,
      next,
      Math.min(next + pageSize, end),
    );
    for (const row of rows) {
      const signal = readSignal(database.path, encoding, run, { row, seq: from + signals.length, values });
      signals.push({ signal, place: Math.max(1, row.place) });
      yield;
    }
  }
  if (from + signals.length < end)
    throw damaged(database.path, `signal ${from + signals.length} of run "${run.run_id}" is missing`);
  return signals;
}

/** No rows. */
const none = [0, 0] as const;

/** Checks the number of signals, in the snapshot in which the row was read. @throws IceError `ICE_STORE_CORRUPT`. */
export function assertSignalsComplete(database: Database, run: SignalsOf, from = 0): void {
  const { rows } = database.get<{ rows: number }>(
    "SELECT count(*) AS rows FROM signals WHERE run = ? AND seq >= ?",
    run.id,
    from,
  )!;
  const wanted = Math.max(0, run.signals - from);
  if (rows === wanted) return;
  throw damaged(database.path, `run "${run.run_id}" has ${rows} signals from ${from} on instead of ${wanted}`);
}

function readSignalAt(database: Database, run: SignalsOf, seq: number): Signal {
  const row = database.get<PlacedRow>(
    "SELECT seq, id, version, body, checksum, place FROM signals WHERE run = ? AND seq = ?",
    run.id,
    seq,
  )!;
  return readSignal(database.path, encoding, run, {
    row,
    seq,
    values: new BlobRefs(database, run.id, { records: none, signals: [seq, seq + 1] }),
  });
}
