import type { Json } from "../json/json.ts";
import type { RowAddress, RowEncoding, StoredRow } from "./row-encoding.ts";

const cachedVersion = 1;

/** The name of an output that is kept for later runs of a tenant. */
export interface CacheKey {
  readonly tenant: string;
  readonly key: string;
}

/** An output is no part of a run: its key and its end take the places of a run and a number. */
const addressOf = ({ tenant, key }: CacheKey, expiresAt: number): RowAddress => ({
  tenant,
  runId: key,
  source: "cached",
  seq: expiresAt,
});

/** The row of an output. @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_STORE_FULL`. */
export function encodeOutput(
  { encode, checksumOf }: RowEncoding,
  cacheKey: CacheKey,
  output: Json,
  expiresAt: number,
): StoredRow {
  const { body } = encode({ output }, []);
  return {
    version: cachedVersion,
    body,
    checksum: checksumOf(addressOf(cacheKey, expiresAt), cachedVersion, body, []),
  };
}

/** The output of a row. @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`. */
export function readOutput(
  store: string,
  { decode }: RowEncoding,
  cacheKey: CacheKey,
  row: StoredRow & { readonly expires_at: number },
): Json | undefined {
  const options = { path: store, version: cachedVersion, blobs: [], blobPathsOf: () => [], readBlob: () => null };
  return decode(row, addressOf(cacheKey, row.expires_at), options)["output"];
}
