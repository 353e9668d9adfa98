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
