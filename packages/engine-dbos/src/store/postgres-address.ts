import { IceError } from "@ice/core";
import { shorten, withoutCredentials } from "@ice/core/internal";

/** Where a store is. */
export interface PostgresAddress {
  /** For `pg`: it may contain a password, and must never be shown. */
  readonly connectionString: string;
  /** The schema of the tables. */
  readonly schema: string;
  /** For people, without user and password. */
  readonly shown: string;
}

/** Leaves room for `_dbos` within the 63 bytes of a name in Postgres, and needs no quotes. */
const schemaPattern = /^[a-z_][a-z0-9_]{0,57}$/;

/** No address with a user, because what looks like a password is hidden wherever it is printed. */
const fix = "write it as postgres://HOST/DATABASE?schema=ice, with USER:PASSWORD and @ before the host";

/**
 * Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME`. The default schema is `ice`; other parameters are those of `pg`.
 *
 * @throws IceError `ICE_USAGE` for anything else. It does not show the password.
 */
export function parsePostgresAddress(text: string): PostgresAddress {
  const shown = withoutCredentials(text);
  const url = /^postgres(?:ql)?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined)
    throw new IceError("ICE_USAGE", `${shown} is not the address of a Postgres database.`, {
      fix: `${fix}; in a password, write characters such as / ? # with % and their code`,
      details: { store: shown },
    });
  const schema = url.searchParams.get("schema") ?? "ice";
  if (!schemaPattern.test(schema) || schema.startsWith("pg_"))
    throw new IceError("ICE_USAGE", `"${shorten(schema)}" is not the name of a schema for a store.`, {
      fix: "use lower-case letters, digits and `_`, at most 58, starting with a letter, and not with pg_",
      details: { store: shown },
    });
  url.searchParams.delete("schema");
  // `pg` treats these alike, and warns that it will not do so for ever.
  const mode = url.searchParams.get("sslmode") ?? "";
  if (["prefer", "require", "verify-ca"].includes(mode) && url.searchParams.get("uselibpqcompat") !== "true")
    url.searchParams.set("sslmode", "verify-full");
  return { connectionString: url.href, schema, shown };
}
