import type { CacheOptions, Json } from "@ice/core";
import type { Database } from "./database.ts";
import { checksumOf, decode, encode, type RowAddress, type StoredRow } from "./encoding.ts";

const cachedVersion = 1;

/** An output is not part of a run: its key takes the place of the run. */
const addressOf = (tenant: string, key: string): RowAddress => ({ tenant, runId: key, source: "cached", seq: 0 });

/** The output under a key that lasts beyond `now`. @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`. */
export function readCached(
  database: Database,
  { tenant, key }: { readonly tenant: string; readonly key: string },
  now: number,
): Json | undefined {
  const row = database.get<StoredRow>(
    "SELECT version, body, checksum FROM cached WHERE tenant = ? AND key = ? AND expires_at > ?",
    tenant,
    key,
    now,
  );
  if (row === undefined) return undefined;
  const { path } = database;
  const options = { path, version: cachedVersion, blobs: [], blobPathsOf: () => [], readBlob: () => null };
  return decode(row, addressOf(tenant, key), options)["output"];
}

/** Keeps an output. In a transaction. */
export function insertCached(
  database: Database,
  { tenant, key }: { readonly tenant: string; readonly key: string },
  output: Json,
  { expiresAt, limit }: CacheOptions,
): void {
  const { body } = encode({ output }, []);
  database.run("DELETE FROM cached WHERE tenant = ? AND key = ?", tenant, key);
  database.run(
    "INSERT INTO cached (tenant, key, expires_at, version, body, checksum) VALUES (?, ?, ?, ?, ?, ?)",
    tenant,
    key,
    expiresAt,
    cachedVersion,
    body,
    checksumOf(addressOf(tenant, key), cachedVersion, body, []),
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
