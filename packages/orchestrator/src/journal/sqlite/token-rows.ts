import { accessScopes, type StoredToken, type TokenStore } from "@ice/core";
import { finishInTurns, maxTokens, tokenExists, tooManyTokens, type Steps, damaged } from "@ice/core/internal";
import { z } from "zod";
import type { Database } from "./database.ts";
import { lastMoment } from "./list-runs.ts";
import type { StoreFile } from "./store-file.ts";

const momentSchema = z.number().min(0).max(lastMoment);

/** A token in the table, which has no checksum: what it permits must at least be possible. */
const tokenSchema = z
  .object({
    id: z.string().regex(/^[\w-]{12}$/),
    name: z.string().min(1).max(200),
    tenant: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
    scopes: z
      .string()
      .transform((text) => text.split(" "))
      .pipe(z.array(z.enum(accessScopes)).min(1)),
    digest: z.string().regex(/^[0-9a-f]{64}$/),
    created_at: momentSchema,
    expires_at: momentSchema.nullable(),
  })
  .transform(({ created_at: createdAt, expires_at: expiresAt, scopes, ...token }): StoredToken =>
    Object.freeze({ ...token, scopes: Object.freeze(scopes), createdAt, expiresAt }),
  );

type TokenRow = z.input<typeof tokenSchema>;

/** The access tokens in a file. */
export const tokensIn = (file: StoreFile): TokenStore => ({
  insert: (token) => file.commit(() => insertToken(file.database, token)),
  get: (id) => file.now(() => readToken(file.database, id)),
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
function readToken(database: Database, id: string): StoredToken | undefined {
  const row = database.get<TokenRow>("SELECT * FROM tokens WHERE id = ?", id);
  return row && tokenOf(database, row);
}

/** All tokens, the oldest first. @throws IceError `ICE_STORE_CORRUPT`. */
function* readTokens(database: Database): Steps<readonly StoredToken[]> {
  const tokens: StoredToken[] = [];
  for (const row of database.all<TokenRow>("SELECT * FROM tokens ORDER BY created_at, id")) {
    tokens.push(tokenOf(database, row));
    yield;
  }
  return tokens;
}

/** @returns whether there was one. */
const deleteToken = (database: Database, id: string): boolean =>
  database.run("DELETE FROM tokens WHERE id = ?", id) > 0;

function tokenOf({ path }: Database, row: TokenRow): StoredToken {
  const { data, error } = tokenSchema.safeParse(row);
  if (data === undefined) throw damaged(path, `the access token "${row.id}" has an unexpected shape`, error);
  return data;
}
