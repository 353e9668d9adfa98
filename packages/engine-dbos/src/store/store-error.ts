import { IceError, messageOf } from "@ice/core";
import { hideCredentials } from "@ice/core/internal";
import { connectionMeaning, unreachable, type Meaning } from "./connection-meaning.ts";
import { queueSchemaOf } from "./postgres-address.ts";

const damage: Meaning = ["ICE_STORE_CORRUPT", "is damaged", "restore a backup, or use another schema"];

/** What error codes of Postgres (https://www.postgresql.org/docs/current/errcodes-appendix.html), or classes of them, mean. */
const meanings: Readonly<Record<string, Meaning>> = {
  "08": unreachable,
  "57": unreachable,
  "58": ["ICE_STORE_UNAVAILABLE", "cannot be read or written", "check the disk of the database, then resume"],
  "28": ["ICE_STORE_UNAVAILABLE", "does not accept the user", "check the user and the password in its address"],
  "3D": ["ICE_STORE_UNAVAILABLE", "has no such database", "create the database, or name another one"],
  "40": ["ICE_STORE_LOCKED", "is used by others", "try again"],
  "55": ["ICE_STORE_LOCKED", "is locked by another program", "close the other program, or use another schema"],
  "25006": [
    "ICE_STORE_UNAVAILABLE",
    "cannot be written",
    "use the address of the primary server, or resume when it can be written",
  ],
  "42501": ["ICE_STORE_READONLY", "may not be written by this user", "give the user both schemas"],
  "53": ["ICE_STORE_UNAVAILABLE", "has no connection or memory left", "allow more connections, then resume"],
  "53100": ["ICE_STORE_FULL", "has no space to grow", "free disk space, then resume"],
  "54": ["ICE_STORE_FULL", "cannot hold a value of this size", "keep large data in files and pass their paths"],
  // There are rows or tables that ice has not written.
  "23": damage,
  "42P01": damage,
  "42703": damage,
  XX: damage,
};

/** Messages of `pg` about a connection that was lost, which have no code. */
const lostPattern =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|timeout expired)/;
const networkCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
]);

/**
 * Codes of sessions that Postgres has ended: for an administrator, after a crash or after a time limit. One that may only read is as good as
 * ended, because it stays so when the database can be written again.
 */
const endedPattern = /^(?:08...|57P0[1-5]|25P0[34]|25006)$/;

/** Whether the connection is of no use any more. The outcome of its statement is unknown: it may have been done. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error) ?? "";
  if (networkCodes.has(code) || endedPattern.test(code)) return true;
  return error instanceof Error && lostPattern.test(error.message);
}

/** Whether the same again may succeed: the connection was lost, or others held locks, or a value was deleted meanwhile. */
export function isTransient(error: unknown): boolean {
  return isConnectionLost(error) || /^(?:40001|40P01|55P03|53300|23503)$/.test(codeOf(error) ?? "");
}

/** Any failure of the store as an IceError with its address; an IceError is returned unchanged. */
export function toStoreError(error: unknown, store: string): IceError {
  if (IceError.is(error)) return error;
  const code = codeOf(error) ?? "";
  const message = hideCredentials(reasonOf(error));
  const meaning =
    meanings[code] ??
    (isConnectionLost(error) ? unreachable : (meanings[code.slice(0, 2)] ?? connectionMeaning(code, message)));
  const details = { store, ...(/^[\dA-Z]{5}$/.test(code) && { sqlState: code }) };
  if (meaning === undefined)
    return new IceError("ICE_INTERNAL", `The store ${store} failed: ${message}.`, { cause: error, details });
  const [iceCode, what, how] = meaning;
  const fix = code === "42501" ? permissionFix(store) : how;
  const retryable = iceCode === "ICE_STORE_LOCKED";
  return new IceError(iceCode, `The store ${store} ${what}: ${message}.`, { cause: error, fix, retryable, details });
}

/** @param what - may not be used: "database app". */
export const permissionDenied = (what: string, store: string): IceError =>
  toStoreError(Object.assign(new Error(`permission denied for ${what}`), { code: "42501" }), store);

/** Both schemas by their names: that of the store is in its address. */
function permissionFix(store: string): string {
  const schema = /[?&]schema=([a-z_][a-z0-9_]*)/.exec(store)?.[1] ?? "ice";
  const both = [schema, queueSchemaOf(schema)];
  const create = both.map((name) => `CREATE SCHEMA ${name} AUTHORIZATION NAME`).join("; ");
  const own = both.map((name) => `ALTER SCHEMA ${name} OWNER TO NAME`).join("; ");
  return `as an administrator, give the user, here NAME, both schemas: ${create}; if they exist: ${own}`;
}

/** An attempt at each address of a host fails with an error of its own. */
function reasonOf(error: unknown): string {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return messageOf(first).replace(/\.$/, "");
}

function codeOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}
