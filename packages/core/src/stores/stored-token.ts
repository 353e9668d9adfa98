import { z } from "zod";
import { damaged } from "../journal/run-errors.ts";
import { accessScopes, type StoredToken } from "../journal/token-store.ts";
import { lastMoment } from "./run-row.ts";

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

/** An access token as a row; scopes are separated by spaces. */
export type TokenRow = z.input<typeof tokenSchema>;

/** The token of a row. @param store - its path or address, for errors. @throws IceError `ICE_STORE_CORRUPT`. */
export function readToken(store: string, row: TokenRow): StoredToken {
  const { data, error } = tokenSchema.safeParse(row);
  if (data === undefined) throw damaged(store, `the access token "${row.id}" has an unexpected shape`, error);
  return data;
}
