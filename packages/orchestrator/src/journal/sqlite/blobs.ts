import type { Json } from "@ice/core";
import { type BlobRef, type EncodedBlob, type RowAddress, damaged } from "@ice/core/internal";
import { encoding } from "./encoding.ts";
import type { Database } from "./database.ts";

type Source = Extract<RowAddress["source"], "record" | "signal">;

/** Stores the large values of a row. A value that is stored already is shared. */
export function putBlobRefs(
  database: Database,
  { run, source, seq }: { readonly run: number; readonly source: Source; readonly seq: number },
  blobs: readonly EncodedBlob[],
): void {
  for (const { valuePath, hash, content } of blobs) {
    // Checked first: passing 50 MB to SQLite costs more than this query.
    if (database.get("SELECT 1 FROM blobs WHERE hash = ?", hash) === undefined)
      database.run("INSERT INTO blobs (hash, content) VALUES (?, ?)", hash, content);
    database.run(
      "INSERT INTO placed (run, source, seq, place, hash) VALUES (?, ?, ?, ?, ?)",
      run,
      source,
      seq,
      valuePath,
      hash,
    );
  }
}

const none: readonly BlobRef[] = [];

/** Rows of a run: the numbers of the first one and of that behind the last one. */
export interface RowRange {
  readonly records: readonly [from: number, to: number];
  readonly signals: readonly [from: number, to: number];
}

type PlacedRow = BlobRef & { readonly source: string; readonly seq: number };

const allOf = (database: Database, run: number): readonly PlacedRow[] =>
  database.all(
    "SELECT source, seq, place AS valuePath, hash FROM placed WHERE run = ? ORDER BY source, seq, place",
    run,
  );

const someOf = (database: Database, run: number, { records, signals }: RowRange): readonly PlacedRow[] =>
  database.all(
    `SELECT source, seq, place AS valuePath, hash FROM placed WHERE run = ? AND source = 'record' AND seq >= ? AND seq < ?
      UNION ALL SELECT source, seq, place, hash FROM placed WHERE run = ? AND source = 'signal' AND seq >= ? AND seq < ?
      ORDER BY source, seq, valuePath`,
    run,
    ...records,
    run,
    ...signals,
  );

/** The large values of one run, while it is read: a value with several references is read and parsed once. */
export class BlobRefs {
  readonly #database: Database;
  readonly #bySeq: Readonly<Record<Source, Map<number, BlobRef[]>>> = { record: new Map(), signal: new Map() };
  readonly #values = new Map<string, Json>();

  /** @param rows - the rows that are read. Default: all. */
  constructor(database: Database, run: number, rows?: RowRange) {
    this.#database = database;
    this.#add(rows === undefined ? allOf(database, run) : someOf(database, run, rows));
  }

  #add(rows: readonly PlacedRow[]): void {
    const database = this.#database;
    for (const { source, seq, valuePath, hash } of rows) {
      if (source !== "record" && source !== "signal")
        throw damaged(database.path, `the value ${hash} belongs to no record or signal`);
      const refs = this.#bySeq[source].get(seq);
      if (refs === undefined) this.#bySeq[source].set(seq, [{ valuePath, hash }]);
      else refs.push({ valuePath, hash });
    }
  }

  /** In the order of their references. */
  of(source: Source, seq: number): readonly BlobRef[] {
    return this.#bySeq[source].get(seq) ?? none;
  }

  readonly read = (hash: string): Json => {
    let value = this.#values.get(hash);
    if (value === undefined) {
      const row = this.#database.get<{ content: Uint8Array }>("SELECT content FROM blobs WHERE hash = ?", hash);
      this.#values.set(hash, (value = encoding.decodeBlob(row?.content, hash, this.#database.path)));
    }
    return value;
  };
}
