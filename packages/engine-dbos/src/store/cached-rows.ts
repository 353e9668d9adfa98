import type { OutcomeCache } from "@ice/core";
import { encodeOutput, readOutput, type StoredRow } from "@ice/core/internal";
import { encoding } from "./digests.ts";
import type { StoreDatabase } from "./store-database.ts";

/** The outputs that are kept for later runs of a tenant. */
export const cacheIn = (store: StoreDatabase, tenant: string): OutcomeCache => ({
  async get(key, now) {
    const row = await store.opened.get<StoredRow & { readonly expires_at: number }>(
      `SELECT expires_at, version, body, checksum FROM cache WHERE tenant = $1 AND key = $2 AND expires_at > $3`,
      tenant,
      key,
      now,
    );
    return row && readOutput(store.url, encoding, { tenant, key }, row);
  },
  async set(key, output, { expiresAt, limit }) {
    const { version, body, checksum } = encodeOutput(encoding, { tenant, key }, output, expiresAt);
    await store.opened.run(
      `INSERT INTO cache (tenant, key, expires_at, version, body, checksum) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant, key) DO UPDATE SET id = excluded.id, expires_at = excluded.expires_at,
          version = excluded.version, body = excluded.body, checksum = excluded.checksum`,
      tenant,
      key,
      expiresAt,
      version,
      body,
      checksum,
    );
    await store.opened.run(
      `DELETE FROM cache WHERE id IN (
        SELECT id FROM cache WHERE tenant = $1 ORDER BY expires_at DESC, id DESC OFFSET $2
      )`,
      tenant,
      limit,
    );
  },
});
