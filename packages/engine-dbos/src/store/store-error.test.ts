import { IceError } from "@ice/core";
import { expect, test } from "vitest";
import { isConnectionLost, isTransient, toStoreError } from "./store-error.ts";

const failure = (code: string, message = "it failed"): Error => Object.assign(new Error(message), { code });

test.each([
  ["ECONNREFUSED", "ICE_STORE_UNAVAILABLE"],
  ["57P01", "ICE_STORE_UNAVAILABLE"],
  ["57014", "ICE_STORE_UNAVAILABLE"],
  ["08006", "ICE_STORE_UNAVAILABLE"],
  ["28P01", "ICE_STORE_UNAVAILABLE"],
  ["3D000", "ICE_STORE_UNAVAILABLE"],
  ["53300", "ICE_STORE_UNAVAILABLE"],
  ["40P01", "ICE_STORE_LOCKED"],
  ["55P03", "ICE_STORE_LOCKED"],
  ["57P05", "ICE_STORE_UNAVAILABLE"],
  ["25P03", "ICE_STORE_UNAVAILABLE"],
  ["25006", "ICE_STORE_UNAVAILABLE"],
  ["42501", "ICE_STORE_READONLY"],
  ["53100", "ICE_STORE_FULL"],
  ["54000", "ICE_STORE_FULL"],
  ["42P01", "ICE_STORE_CORRUPT"],
  ["23505", "ICE_STORE_CORRUPT"],
  ["XX001", "ICE_STORE_CORRUPT"],
])("%s of Postgres is %s, with a fix", (code, expected) => {
  const error = toStoreError(failure(code), "postgres://…@db/app");
  expect(error).toMatchObject({ code: expected, fix: expect.stringMatching(/\w/), cause: expect.any(Error) });
  expect(error.message).toContain("The store postgres://…@db/app");
  expect(error.retryable).toBe(expected === "ICE_STORE_LOCKED");
});

test.each([
  ["", "SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string", "PGPASSWORD"],
  ["", "SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string", "PGPASSWORD"],
  ["", "The server does not support SSL connections", "sslmode=disable"],
  ["", "There was an error establishing an SSL connection", "sslmode=disable"],
  ["EPROTO", "write EPROTO 0:error:0A00010B:SSL routines", "sslmode=disable"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate", "sslrootcert=FILE"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames", "sslrootcert=FILE"],
  ["CERT_HAS_EXPIRED", "certificate has expired", "sslrootcert=FILE"],
  ["ENOENT", "ENOENT: no such file or directory, open '/ca.pem'", "check the files of sslrootcert"],
  ["EISDIR", "EISDIR: illegal operation on a directory, read", "check the files of sslrootcert"],
  ["ERR_OSSL_PEM_NO_START_LINE", "error:0480006C:PEM routines::no start line", "PEM files"],
  ["", "SASL: Only mechanism(s) SCRAM-SHA-256 are supported", "scram-sha-256"],
  ["", "Unknown authenticationOk message type 7", "scram-sha-256"],
  ["ENOENT", "connect ENOENT /run/.s.PGSQL.5432", "check that Postgres runs"],
])("a connection that fails without a code of Postgres has a fix: %s %s", (code, message, fix) => {
  const error = toStoreError(code === "" ? new Error(message) : failure(code, message), "postgres://…@db/app");
  expect(error).toMatchObject({ code: "ICE_STORE_UNAVAILABLE", fix: expect.stringContaining(fix) });
});

test.each([
  ["postgres://…@db/app", "ice"],
  ["postgres://…@db/app?application_name=x&schema=prod", "prod"],
])("who may not create a schema is given both by their names: %s", (store, schema) => {
  const { fix } = toStoreError(failure("42501", "permission denied for database app"), store);
  expect(fix).toContain(`CREATE SCHEMA ${schema} AUTHORIZATION NAME; CREATE SCHEMA ${schema}_dbos AUTHORIZATION NAME;`);
});

test("an unknown failure is an internal error, and an IceError stays what it is", () => {
  expect(toStoreError(failure("42601"), "s").code).toBe("ICE_INTERNAL");
  const own = new IceError("ICE_RUN_NOT_FOUND", "x");
  expect(toStoreError(own, "s")).toBe(own);
});

test("addresses in messages show no password, and the first address of a host is named", () => {
  const one = failure("ECONNREFUSED", "connect to postgres://u:s3cret@db/x failed");
  expect(toStoreError(one, "s").message).not.toContain("s3cret");
  const all = Object.assign(new AggregateError([failure("ECONNREFUSED", "connect ECONNREFUSED ::1:1")]), {
    code: "ECONNREFUSED",
  });
  expect(toStoreError(all, "s").message).toBe("The store s cannot be reached: connect ECONNREFUSED ::1:1.");
});

test("after a lost connection the outcome is unknown; after a deadlock it is not", () => {
  // The last ones: time limits for idle sessions and for transactions, and a session that may only read.
  const codes = ["ECONNRESET", "08006", "57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25P04", "25006"];
  for (const lost of [...codes.map((code) => failure(code)), new Error("Connection terminated unexpectedly")])
    expect([isConnectionLost(lost), isTransient(lost)]).toEqual([true, true]);
  for (const again of ["40P01", "55P03", "23503", "53300"].map((code) => failure(code)))
    expect([isConnectionLost(again), isTransient(again)]).toEqual([false, true]);
  for (const final of [failure("23505"), failure("42501"), failure("28P01")]) expect(isTransient(final)).toBe(false);
});
