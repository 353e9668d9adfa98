import type { CacheOptions, Json } from "@ice/core";
import { encodeOutput, readOutput, type CacheKey, type StoredRow } from "@ice/core/internal";
import type { Database } from "./database.ts";
import { encoding } from "./encoding.ts";

/** The output under a key that lasts beyond `now`. @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`. */
export function readCached(database: Database, cacheKey: CacheKey, now: number): Json | undefined {
  const row = database.get<StoredRow & { readonly expires_at: number }>(
    "SELECT expires_at, version, body, checksum FROM cached WHERE tenant = ? AND key = ? AND expires_at > ?",
    cacheKey.tenant,
    cacheKey.key,
    now,
  );
  return row && readOutput(database.path, encoding, cacheKey, row);
}

/** Keeps an output. In a transaction. */
export function insertCached(
  database: Database,
  cacheKey: CacheKey,
  output: Json,
  { expiresAt, limit }: CacheOptions,
): void {
  const { tenant, key } = cacheKey;
  const { version, body, checksum } = encodeOutput(encoding, cacheKey, output, expiresAt);
  database.run("DELETE FROM cached WHERE tenant = ? AND key = ?", tenant, key);
  database.run(
    "INSERT INTO cached (tenant, key, expires_at, version, body, checksum) VALUES (?, ?, ?, ?, ?, ?)",
    tenant,
    key,
    expiresAt,
    version,
    body,
    checksum,
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
