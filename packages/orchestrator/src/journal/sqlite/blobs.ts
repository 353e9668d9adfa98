import type { Json } from "@ice/core";
import type { Database } from "./database.ts";
import { decodeBlob, type BlobRef, type EncodedBlob, type RowAddress } from "./encoding.ts";
import { damaged } from "./store-error.ts";

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

/** The large values of one run, while it is read: a value with several references is read and parsed once. */
export class BlobRefs {
  readonly #database: Database;
  readonly #bySeq: Readonly<Record<Source, Map<number, BlobRef[]>>> = { record: new Map(), signal: new Map() };
  readonly #values = new Map<string, Json>();

  /** @param signalsFrom - only the values of its signals from this index on. Default: all values. */
  constructor(database: Database, run: number, signalsFrom?: number) {
    this.#database = database;
    const only = signalsFrom === undefined ? "" : "AND source = 'signal' AND seq >= ?";
    const rows = database.all<BlobRef & { source: string; seq: number }>(
      `SELECT source, seq, place AS valuePath, hash FROM placed WHERE run = ? ${only} ORDER BY source, seq, place`,
      run,
      ...(signalsFrom === undefined ? [] : [signalsFrom]),
    );
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
      this.#values.set(hash, (value = decodeBlob(row?.content, hash, this.#database.path)));
    }
    return value;
  };
}
