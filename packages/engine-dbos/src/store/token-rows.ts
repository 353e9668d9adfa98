import type { TokenStore } from "@ice/core";
import { maxTokens, readToken, tokenExists, tooManyTokens, type TokenRow } from "@ice/core/internal";
import { lockName } from "./locks.ts";
import type { StoreDatabase } from "./store-database.ts";

const select = "SELECT id, name, tenant, scopes, digest, created_at, expires_at FROM tokens";

/** The access tokens in a database. */
export const tokensIn = (store: StoreDatabase): TokenStore => ({
  insert: async (token) => {
    const { id, name, tenant, scopes, digest, createdAt, expiresAt } = token;
    await store.opened.transact(async (queries, attempt) => {
      await lockName(queries, store.database.schema, "tokens");
      const known = await queries.get<TokenRow>(`${select} WHERE id = $1`, id);
      // The answer to an earlier attempt may have been lost.
      if (known !== undefined && attempt > 0 && known.digest === digest) return;
      if (known !== undefined) throw tokenExists(id);
      const rows = await queries.get<{ count: number }>("SELECT count(*) AS count FROM tokens");
      if (rows!.count >= maxTokens) throw tooManyTokens(); // a count has one row
      await queries.run(
        `INSERT INTO tokens (id, name, tenant, scopes, digest, created_at, expires_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        id,
        name,
        tenant,
        scopes.join(" "),
        digest,
        createdAt,
        expiresAt,
      );
    });
  },
  get: async (id) => {
    const row = await store.opened.get<TokenRow>(`${select} WHERE id = $1`, id);
    return row && readToken(store.url, row);
  },
  list: async () => {
    const rows = await store.opened.all<TokenRow>(`${select} ORDER BY created_at, id`);
    return rows.map((row) => readToken(store.url, row));
  },
  delete: async (id) => (await store.opened.run("DELETE FROM tokens WHERE id = $1", id)) > 0,
});
