import type { IceErrorCode } from "@ice/core";

/** What a failure of the store is for its user. */
export type Meaning = readonly [code: IceErrorCode, message: string, fix: string];

export const unreachable: Meaning = [
  "ICE_STORE_UNAVAILABLE",
  "cannot be reached",
  "check that Postgres runs and can be reached from here, then resume",
];

const unavailable = (pattern: RegExp, message: string, fix: string): readonly [RegExp, Meaning] => [
  pattern,
  ["ICE_STORE_UNAVAILABLE", message, fix],
];

/**
 * Failures to connect that come from `pg` (`lib/client.js`, `lib/connection.js`, `lib/crypto/` of 8.23) or from Node (TLS, files, sockets), so
 * that they have no code of Postgres; each pattern is that of a code, a space and a message.
 */
const meanings: readonly (readonly [pattern: RegExp, meaning: Meaning])[] = [
  unavailable(
    /client password must be a/,
    "asks for a password",
    "write USER:PASSWORD and @ before the host of the address, or set PGPASSWORD",
  ),
  unavailable(
    /does not support SSL|error establishing an SSL|^(?:EPROTO|ERR_SSL)/,
    "cannot be reached with TLS",
    "let Postgres offer TLS (ssl = on); in a network that you trust, write sslmode=disable in the address instead",
  ),
  unavailable(
    /^(?:ERR_TLS_CERT|CERT_|HOSTNAME_MISMATCH|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY|DECRYPT|DECODE))/,
    "has a certificate that is not trusted",
    "add sslrootcert=FILE with the certificate of its authority to the address, and write the host as its certificate does",
  ),
  unavailable(
    /^[A-Z]+ .*, (?:open|read)\b/,
    "needs a file that cannot be read",
    "check the files of sslrootcert, sslcert and sslkey in the address",
  ),
  unavailable(
    /^(?:ERR_OSSL|ERR_CRYPTO)/,
    "needs a certificate or a key that cannot be used",
    "check that the files of sslrootcert, sslcert and sslkey are PEM files that belong together",
  ),
  unavailable(
    /SASL|Unknown authentication/,
    "does not sign the user in",
    "let pg_hba.conf use scram-sha-256 for this user, and check that Postgres itself answers there",
  ),
  // A socket of the file system.
  [/^[A-Z]+ connect /, unreachable],
];

/** What such a failure means. @param code - an empty text if it has none. */
export const connectionMeaning = (code: string, message: string): Meaning | undefined =>
  meanings.find(([pattern]) => pattern.test(`${code} ${message}`))?.[1];
