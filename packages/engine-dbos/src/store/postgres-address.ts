import { IceError } from "@ice/core";
import { didYouMean, shorten, withoutCredentials } from "@ice/core/internal";

/** Where a store is. */
export interface PostgresAddress {
  /** For `pg`: it may contain a password, and must never be shown. */
  readonly connectionString: string;
  /** The schema of the tables. */
  readonly schema: string;
  /** For people, without user and password. */
  readonly shown: string;
  /** Time limit of a connection, in milliseconds, if the address has one. */
  readonly connectMs?: number | undefined;
}

/** The schema of the queues, beside that of a store. */
export const queueSchemaOf = (schema: string): string => `${schema}_dbos`;

/** Leaves room for `_dbos` within the 63 bytes of a name in Postgres, and needs no quotes. */
const schemaPattern = /^[a-z_][a-z0-9_]{0,57}$/;

/** No address with a user, because what looks like a password is hidden wherever it is printed. */
const fix = "write it as postgres://HOST/DATABASE?schema=ice, with USER:PASSWORD and @ before the host";

/** What `pg` reads from an address (https://github.com/brianc/node-postgres/tree/master/packages/pg-connection-string), and a store. */
const parameters: ReadonlySet<string> = new Set([
  "schema",
  "user",
  "password",
  "host",
  "port",
  "ssl",
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "sslnegotiation",
  "uselibpqcompat",
  "application_name",
  "fallback_application_name",
  "client_encoding",
  "options",
  "connect_timeout",
  // Part of the addresses that hosts give out. `pg` has no such setting: what it protects, the certificate of the server protects too.
  "channel_binding",
]);

/** Values of parameters that `pg` would take for something else, or fail with later. */
const choices: Readonly<Record<string, readonly string[]>> = {
  sslmode: ["disable", "prefer", "require", "verify-ca", "verify-full", "no-verify"],
  sslnegotiation: ["postgres", "direct"],
  channel_binding: ["disable", "prefer", "require"],
};

/**
 * Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME`. The default schema is `ice`; other parameters are those of `pg`, and
 * `connect_timeout` in seconds.
 *
 * @throws IceError `ICE_USAGE`. It does not show the password.
 */
export function parsePostgresAddress(text: string): PostgresAddress {
  const shown = withoutCredentials(text);
  const url = /^postgres(?:ql)?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  // What follows the host has neither an @ nor a #: a part of a password would be taken for the host, and shown.
  if (url === undefined || url.pathname.includes("@") || url.hash !== "")
    throw new IceError("ICE_USAGE", `${shown} is not the address of a Postgres database.`, {
      fix: `${fix}; in a password, write characters such as / ? # with % and their code`,
      details: { store: shown },
    });
  checkParameters(url.searchParams, shown);
  const schema = url.searchParams.get("schema") ?? "ice";
  if (!schemaPattern.test(schema) || schema.startsWith("pg_"))
    throw new IceError("ICE_USAGE", `"${shorten(schema)}" is not the name of a schema for a store.`, {
      fix: "use lower-case letters, digits and `_`, at most 58, starting with a letter, and not with pg_",
      details: { store: shown },
    });
  // libpq takes 0 for no limit; a store always has one.
  const connectMs = Number(url.searchParams.get("connect_timeout") ?? 0) * 1000;
  for (const name of ["schema", "connect_timeout", "channel_binding"]) url.searchParams.delete(name);
  // `pg` treats these alike, and warns that it will not do so for ever.
  const mode = url.searchParams.get("sslmode") ?? "";
  if (["prefer", "require", "verify-ca"].includes(mode) && url.searchParams.get("uselibpqcompat") !== "true")
    url.searchParams.set("sslmode", "verify-full");
  return { connectionString: url.href, schema, shown, ...(connectMs > 0 && { connectMs }) };
}

/** A parameter that is ignored may be a typing error, and the run would be in another schema. */
function checkParameters(given: URLSearchParams, store: string): void {
  for (const [name, value] of given) {
    // Nothing else is repeated: what looks like a name may be a part of a password with a `?`.
    const known = /^[A-Za-z_]{1,40}$/.test(name) ? `"${name}"` : "that is no name";
    if (!parameters.has(name))
      throw wrongParameter(`The address of the store has an unknown parameter ${known}.`, {
        fix: didYouMean(name, parameters) || `remove it; known are ${[...parameters].join(", ")}`,
        store,
      });
    const allowed = choices[name];
    if (allowed !== undefined && !allowed.includes(value))
      throw wrongParameter(`"${shorten(value)}" is no ${name} of the address of a store.`, {
        fix: didYouMean(value, allowed) || `use ${allowed.join(", ")}`,
        store,
      });
    if (name === "connect_timeout" && !/^\d{1,6}$/.test(value))
      throw wrongParameter(`"${shorten(value)}" is no connect_timeout of the address of a store.`, {
        fix: "write a whole number of seconds",
        store,
      });
  }
  if (given.get("sslnegotiation") === "direct" && given.get("sslmode") === "disable")
    throw wrongParameter("sslnegotiation=direct needs TLS, but sslmode=disable switches it off.", {
      fix: "use sslmode=verify-full, or remove sslnegotiation",
      store,
    });
  const isLoose = given.get("uselibpqcompat") === "true" && given.get("sslmode") === "verify-ca";
  if (isLoose && !given.get("sslrootcert"))
    throw wrongParameter("sslmode=verify-ca needs the certificate of an authority.", {
      fix: "add sslrootcert=FILE, or use sslmode=verify-full",
      store,
    });
}

const wrongParameter = (
  message: string,
  { fix: how, store }: { readonly fix: string; readonly store: string },
): IceError => new IceError("ICE_USAGE", message, { fix: how, details: { store } });
