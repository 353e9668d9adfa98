import type { Signal, SignalReceipt } from "@ice/core";
import {
  checkSignal,
  damaged,
  encodeSignal,
  finishInTurns,
  readSignal,
  signalKey,
  signalVersion,
  type Encoded,
  type SignalRow,
  type Steps,
  type TimeSlice,
} from "@ice/core/internal";
import { BlobRefs, putBlobRefs, putBlobs, valuesOf } from "./blobs.ts";
import type { Connected, Database, Queries } from "./database.ts";
import { encoding } from "./digests.ts";
import { lockRun, type RunRow } from "./run-row.ts";

/** A receipt, the row of the run before the signals that were written with this one, and the number of its signals after them. */
export interface SignalResult extends SignalReceipt {
  readonly row: RunRow;
  readonly count: number;
}

/** A signal as it is written. */
export interface EncodedSignal {
  readonly signal: Signal;
  /** Its id; see `signalKey`. */
  readonly key: string;
  readonly encoded: Encoded;
}

/** Checks and encodes a signal. @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_SIGNAL_INVALID`, `ICE_STORE_FULL`. */
export function toEncodedSignal(given: Signal): EncodedSignal {
  const signal = checkSignal(given);
  return { signal, key: signalKey(signal), encoded: encodeSignal(encoding, signal) };
}

/** Called in the transaction in which a run gets signals, with the run before. */
export type OnRecorded = (queries: Connected, run: RunRow) => Promise<void>;

/**
 * Records signals of a run in their order, those whose ids are not taken.
 *
 * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_*`.
 */
export async function insertSignals(
  database: Database,
  { tenant, runId }: { readonly tenant: string; readonly runId: string },
  given: readonly EncodedSignal[],
  onRecorded: OnRecorded,
): Promise<readonly SignalResult[]> {
  const written = await database.transact(async (queries, attempt) => {
    const row = await lockRun(queries, tenant, runId);
    const keys = given.map(({ key }) => key);
    const known = await queries.all<PlacedRow>(
      `${selectSignals} WHERE run = $1 AND id = ANY ($2::text[])`,
      row.id,
      keys,
    );
    const byKey = new Map(known.map((one) => [one.id, one]));
    const inserted: (EncodedSignal & { readonly row: PlacedRow })[] = [];
    // The answer to an earlier attempt may have been lost.
    const mine = new Set(
      attempt === 0 ? [] : given.filter(({ key, encoded }) => byKey.get(key)?.body === encoded.body),
    );
    for (const one of given) {
      if (byKey.has(one.key)) continue;
      const placed = rowOf(row, row.signals + inserted.length, one);
      byKey.set(one.key, placed);
      mine.add(one);
      inserted.push({ ...one, row: placed });
    }
    if (inserted.length > 0) await writeSignals(queries, row, inserted);
    if (inserted.length > 0) await onRecorded(queries, row);
    return { row, byKey, mine, count: row.signals + inserted.length };
  });
  const { row, byKey, mine, count } = written;
  return Promise.all(
    given.map(async (one): Promise<SignalResult> => {
      const recorded = mine.has(one);
      const blobs = recorded ? one.encoded.blobs : undefined;
      return { row, count, recorded, signal: await receiptOf(database, row, byKey.get(one.key)!, blobs) };
    }),
  );
}

function rowOf({ tenant, run_id: runId, records }: RunRow, seq: number, { key, encoded }: EncodedSignal): PlacedRow {
  const { body, blobs } = encoded;
  const checksum = encoding.checksumOf({ tenant, runId, source: "signal", seq }, signalVersion, body, blobs);
  return { seq, id: key, version: signalVersion, body, checksum, place: records };
}

async function writeSignals(
  queries: Queries,
  run: RunRow,
  inserted: readonly (EncodedSignal & { readonly row: PlacedRow })[],
): Promise<void> {
  const rows = inserted.map(({ row }) => row);
  await queries.run(
    `INSERT INTO signals (run, seq, id, version, body, checksum, place)
      SELECT $1::bigint, s.*, $7::integer
      FROM unnest($2::integer[], $3::text[], $4::smallint[], $5::text[], $6::bigint[]) AS s (seq, id, version, body, checksum)`,
    run.id,
    rows.map(({ seq }) => seq),
    rows.map(({ id }) => id),
    rows.map(({ version }) => version),
    rows.map(({ body }) => body),
    rows.map(({ checksum }) => checksum),
    run.records,
  );
  for (const { row, encoded } of inserted) {
    await putBlobs(queries, encoded.blobs);
    await putBlobRefs(queries, { run: run.id, source: "signal", seq: row.seq }, encoded.blobs);
  }
  const latest = inserted.reduce((at, { signal }) => Math.max(at, signal.at), -Infinity);
  await queries.run(
    "UPDATE runs SET signals = $2, updated_at = greatest(updated_at, $3) WHERE id = $1",
    run.id,
    run.signals + inserted.length,
    latest,
  );
  const answers = inserted.filter(({ signal }) => signal.name === undefined);
  if (answers.length > 0)
    await queries.run(
      "DELETE FROM requests WHERE run = $1 AND path || '#' || request = ANY ($2::text[])",
      run.id,
      answers.map(({ key }) => key),
    );
}

/** @param blobs - of a signal that was written here. */
async function receiptOf(
  database: Database,
  run: RunRow,
  row: PlacedRow,
  blobs: Encoded["blobs"] | undefined,
): Promise<Signal> {
  const { seq } = row;
  if (blobs !== undefined)
    return readSignal(database.url, encoding, run, { row, seq, values: valuesOf(database.url, blobs) });
  const values = new BlobRefs(database, run.id);
  await values.load("signal", [seq, seq + 1]);
  return readSignal(database.url, encoding, run, { row, seq, values });
}

const selectSignals = "SELECT seq, id, version, body, checksum, place FROM signals";

type SignalsOf = Pick<RunRow, "id" | "tenant" | "run_id" | "signals">;
type PlacedRow = SignalRow & { readonly place: number };

/** A signal, and how many records its run had when it was recorded: at least 1, the head. */
export interface PlacedSignal {
  readonly signal: Signal;
  readonly place: number;
}

/** Rows that are read at a time. */
const pageSize = 500;

/**
 * Signals from index `from` up to `to`, or to the state of the row, with their places among the records. They are only added, so
 * those up to the state of the row do not change meanwhile.
 *
 * @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`.
 */
export async function readPlacedSignals(
  database: Database,
  run: SignalsOf,
  { from, to = run.signals }: { readonly from: number; readonly to?: number },
  timeSlice: TimeSlice,
): Promise<readonly PlacedSignal[]> {
  const end = Math.min(to, run.signals);
  const values = new BlobRefs(database, run.id);
  const signals: PlacedSignal[] = [];
  for (let next = from; next < end; next += pageSize) {
    const last = Math.min(next + pageSize, end);
    const rows = await database.all<PlacedRow>(
      `${selectSignals} WHERE run = $1 AND seq >= $2 AND seq < $3 ORDER BY seq`,
      run.id,
      next,
      last,
    );
    await values.load("signal", [next, last]);
    signals.push(...(await finishInTurns(decodeAll(database, run, { rows, from: next, values }), timeSlice)));
  }
  if (from + signals.length < end)
    throw damaged(database.url, `signal ${from + signals.length} of run "${run.run_id}" is missing`);
  return signals;
}

/** The same without places. */
export async function readSignals(
  database: Database,
  run: SignalsOf,
  from: number,
  timeSlice: TimeSlice,
): Promise<readonly Signal[]> {
  return (await readPlacedSignals(database, run, { from }, timeSlice)).map(({ signal }) => signal);
}

function* decodeAll(
  { url }: Database,
  run: SignalsOf,
  { rows, from, values }: { readonly rows: readonly PlacedRow[]; readonly from: number; readonly values: BlobRefs },
): Steps<readonly PlacedSignal[]> {
  const signals: PlacedSignal[] = [];
  for (const row of rows) {
    const signal = readSignal(url, encoding, run, { row, seq: from + signals.length, values });
    signals.push({ signal, place: Math.max(1, row.place) });
    yield;
  }
  return signals;
}
