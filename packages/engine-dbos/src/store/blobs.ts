import type { Json } from "@ice/core";
import { damaged, type BlobRef, type BlobValues, type EncodedBlob } from "@ice/core/internal";
import type { Database, Queries } from "./database.ts";
import { encoding } from "./digests.ts";

type Source = "record" | "signal";

/** Content above this size is only sent if it is not there yet. In bytes. */
const askFirst = 64 * 1024;

/**
 * Stores large values. A value that is stored already is shared. It may be deleted again until a row refers to it: then that row is
 * refused, and both are tried again.
 */
export async function putBlobs(queries: Queries, blobs: readonly EncodedBlob[]): Promise<void> {
  const contents = new Map(blobs.map(({ hash, content }) => [hash, content]));
  for (const [hash, content] of contents) {
    const isKnown =
      content.length > askFirst && (await queries.get("SELECT 1 FROM blobs WHERE hash = $1", hash)) !== undefined;
    if (isKnown) continue;
    await queries.run(
      "INSERT INTO blobs (hash, content) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING",
      hash,
      // `pg` takes a Buffer for bytes.
      Buffer.from(content.buffer, content.byteOffset, content.byteLength),
    );
  }
}

/** Refers to the large values of a row. */
export async function putBlobRefs(
  queries: Queries,
  { run, source, seq }: { readonly run: number; readonly source: Source; readonly seq: number },
  blobs: readonly BlobRef[],
): Promise<void> {
  if (blobs.length === 0) return;
  await queries.run(
    `INSERT INTO blob_refs (run, source, seq, pointer, hash)
      SELECT $1::bigint, $2::text, $3::integer, pointer, hash FROM unnest($4::text[], $5::text[]) AS ref (pointer, hash)`,
    run,
    source,
    seq,
    blobs.map(({ valuePath }) => valuePath),
    blobs.map(({ hash }) => hash),
  );
}

/** Rows of a run: the numbers of the first one and of that behind the last one. */
type Range = readonly [from: number, to: number];

/** Values that are read in one statement. */
const atOnce = 8;

const none: readonly BlobRef[] = [];

/** The large values of one run, while it is read: a value with several references is read and parsed once. */
export class BlobRefs implements BlobValues {
  readonly #database: Database;
  readonly #run: number;
  readonly #bySeq: Readonly<Record<Source, Map<number, BlobRef[]>>> = { record: new Map(), signal: new Map() };
  readonly #contents = new Map<string, Uint8Array>();
  readonly #values = new Map<string, Json>();

  constructor(database: Database, run: number) {
    this.#database = database;
    this.#run = run;
  }

  /** Reads the values of some rows, before those are decoded. */
  async load(source: Source, [from, to]: Range): Promise<void> {
    const refs = await this.#database.all<BlobRef & { readonly seq: number }>(
      `SELECT seq, pointer AS "valuePath", hash FROM blob_refs
        WHERE run = $1 AND source = $2 AND seq >= $3 AND seq < $4 ORDER BY seq, pointer`,
      this.#run,
      source,
      from,
      to,
    );
    for (const { seq, valuePath, hash } of refs) {
      const known = this.#bySeq[source].get(seq);
      if (known === undefined) this.#bySeq[source].set(seq, [{ valuePath, hash }]);
      else known.push({ valuePath, hash });
    }
    const missing = [...new Set(refs.map(({ hash }) => hash))].filter(
      (hash) => !this.#values.has(hash) && !this.#contents.has(hash),
    );
    for (let first = 0; first < missing.length; first += atOnce) {
      const rows = await this.#database.all<{ hash: string; content: Uint8Array }>(
        "SELECT hash, content FROM blobs WHERE hash = ANY ($1::text[])",
        missing.slice(first, first + atOnce),
      );
      for (const { hash, content } of rows) this.#contents.set(hash, content);
    }
  }

  /** In the order of their paths. */
  of(source: Source, seq: number): readonly BlobRef[] {
    return this.#bySeq[source].get(seq) ?? none;
  }

  readonly read = (hash: string): Json => {
    let value = this.#values.get(hash);
    if (value === undefined) {
      value = encoding.decodeBlob(this.#contents.get(hash), hash, this.#database.url);
      this.#values.set(hash, value);
      this.#contents.delete(hash);
    }
    return value;
  };
}

/** The values of a row that has just been encoded. */
export const valuesOf = (store: string, blobs: readonly EncodedBlob[]): BlobValues => ({
  of: () => blobs,
  read(hash) {
    const blob = blobs.find((one) => one.hash === hash);
    if (blob === undefined) throw damaged(store, `the value ${hash} is missing`);
    return encoding.decodeBlob(blob.content, hash, store);
  },
});
