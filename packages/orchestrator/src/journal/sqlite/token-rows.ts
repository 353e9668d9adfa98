import type { StoredToken, TokenStore } from "@ice/core";
import {
  finishInTurns,
  maxTokens,
  readToken,
  tokenExists,
  tooManyTokens,
  type Steps,
  type TokenRow,
} from "@ice/core/internal";
import type { Database } from "./database.ts";
import type { StoreFile } from "./store-file.ts";

/** The access tokens in a file. */
export const tokensIn = (file: StoreFile): TokenStore => ({
  insert: (token) => file.commit(() => insertToken(file.database, token)),
  get: (id) => file.now(() => findToken(file.database, id)),
  list: () => file.now(() => finishInTurns(readTokens(file.database), file.options.timeSlice)),
  delete: (id) => file.commit(() => deleteToken(file.database, id)),
});

/** Keeps a token. In a transaction. @throws IceError `ICE_STORE_FULL`, `ICE_USAGE`. */
function insertToken(database: Database, token: StoredToken): void {
  const { id, name, tenant, scopes, digest, createdAt, expiresAt } = token;
  if (database.get("SELECT 1 FROM tokens WHERE id = ?", id) !== undefined) throw tokenExists(id);
  const { count } = database.get<{ count: number }>("SELECT count(*) AS count FROM tokens")!;
  if (count >= maxTokens) throw tooManyTokens();
  database.run(
    "INSERT INTO tokens (id, name, tenant, scopes, digest, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    id,
    name,
    tenant,
    scopes.join(" "),
    digest,
    createdAt,
    expiresAt,
  );
}

/** @throws IceError `ICE_STORE_CORRUPT`. */
function findToken(database: Database, id: string): StoredToken | undefined {
  const row = database.get<TokenRow>("SELECT * FROM tokens WHERE id = ?", id);
  return row && readToken(database.path, row);
}

/** All tokens, the oldest first. @throws IceError `ICE_STORE_CORRUPT`. */
function* readTokens(database: Database): Steps<readonly StoredToken[]> {
  const tokens: StoredToken[] = [];
  for (const row of database.all<TokenRow>("SELECT * FROM tokens ORDER BY created_at, id")) {
    tokens.push(readToken(database.path, row));
    yield;
  }
  return tokens;
}

/** @returns whether there was one. */
const deleteToken = (database: Database, id: string): boolean =>
  database.run("DELETE FROM tokens WHERE id = ?", id) > 0;
