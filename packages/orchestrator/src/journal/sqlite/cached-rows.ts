import type { CacheOptions, Json } from "@ice/core";
import type { RowAddress, StoredRow } from "@ice/core/internal";
import type { Database } from "./database.ts";
import { checksumOf, decode, encode } from "./encoding.ts";

const cachedVersion = 1;

interface CacheKey {
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

/** The output under a key that lasts beyond `now`. @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`. */
export function readCached(database: Database, cacheKey: CacheKey, now: number): Json | undefined {
  const row = database.get<StoredRow & { readonly expires_at: number }>(
    "SELECT expires_at, version, body, checksum FROM cached WHERE tenant = ? AND key = ? AND expires_at > ?",
    cacheKey.tenant,
    cacheKey.key,
    now,
  );
  if (row === undefined) return undefined;
  const { path } = database;
  const options = { path, version: cachedVersion, blobs: [], blobPathsOf: () => [], readBlob: () => null };
  return decode(row, addressOf(cacheKey, row.expires_at), options)["output"];
}

/** Keeps an output. In a transaction. */
export function insertCached(
  database: Database,
  cacheKey: CacheKey,
  output: Json,
  { expiresAt, limit }: CacheOptions,
): void {
  const { tenant, key } = cacheKey;
  const { body } = encode({ output }, []);
  database.run("DELETE FROM cached WHERE tenant = ? AND key = ?", tenant, key);
  database.run(
    "INSERT INTO cached (tenant, key, expires_at, version, body, checksum) VALUES (?, ?, ?, ?, ?, ?)",
    tenant,
    key,
    expiresAt,
    cachedVersion,
    body,
    checksumOf(addressOf(cacheKey, expiresAt), cachedVersion, body, []),
  );
  database.run(
    `DELETE FROM cached WHERE id IN (
      SELECT id FROM cached WHERE tenant = ? ORDER BY expires_at DESC, id DESC LIMIT -1 OFFSET ?
    )`,
    tenant,
    limit,
  );
}

/** Deletes what has expired. @returns the number of outputs. */
export const collectCached = (database: Database, tenant: string, now: number): number =>
  database.run("DELETE FROM cached WHERE tenant = ? AND expires_at <= ?", tenant, now);
