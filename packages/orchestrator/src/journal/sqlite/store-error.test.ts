import { IceError } from "@ice/core";
import { expect, test } from "vitest";
import { isBusy, toStoreError } from "./store-error.ts";

const sqlite = (errcode: number): Error => Object.assign(new Error("as SQLite says it"), { errcode });
const file = (code: string): Error => Object.assign(new Error("as the system says it"), { code, syscall: "open" });

test.each<[name: string, error: unknown, code: string]>([
  ["PERM", sqlite(3), "ICE_STORE_READONLY"],
  ["BUSY", sqlite(5), "ICE_STORE_LOCKED"],
  ["BUSY_SNAPSHOT", sqlite(517), "ICE_STORE_LOCKED"],
  ["LOCKED", sqlite(6), "ICE_STORE_LOCKED"],
  ["READONLY", sqlite(8), "ICE_STORE_READONLY"],
  ["READONLY_DIRECTORY", sqlite(1544), "ICE_STORE_READONLY"],
  ["IOERR", sqlite(10), "ICE_STORE_UNAVAILABLE"],
  ["IOERR_FSYNC", sqlite(1034), "ICE_STORE_UNAVAILABLE"],
  ["CORRUPT", sqlite(11), "ICE_STORE_CORRUPT"],
  ["FULL", sqlite(13), "ICE_STORE_FULL"],
  ["CANTOPEN", sqlite(14), "ICE_STORE_UNAVAILABLE"],
  ["TOOBIG", sqlite(18), "ICE_STORE_FULL"],
  ["CONSTRAINT_PRIMARYKEY", sqlite(1555), "ICE_STORE_CORRUPT"],
  ["NOTADB", sqlite(26), "ICE_STORE_CORRUPT"],
  ["any other code of SQLite", sqlite(1), "ICE_STORE_UNAVAILABLE"],
  ["EACCES", file("EACCES"), "ICE_STORE_READONLY"],
  ["EROFS", file("EROFS"), "ICE_STORE_READONLY"],
  ["ENOSPC", file("ENOSPC"), "ICE_STORE_FULL"],
  ["ENOTDIR", file("ENOTDIR"), "ICE_STORE_UNAVAILABLE"],
  ["a bug", new TypeError("x is undefined"), "ICE_INTERNAL"],
])("%s", (_name, error, code) => {
  const translated = toStoreError(error, "/data/ice.db");
  expect(translated).toMatchObject({ code, cause: error, details: { path: "/data/ice.db" } });
  expect(translated.message).toContain("/data/ice.db");
  if (code !== "ICE_INTERNAL") expect(translated.fix).toBeTypeOf("string");
  expect(translated.retryable).toBe(code === "ICE_STORE_LOCKED");
  expect(isBusy(error)).toBe(code === "ICE_STORE_LOCKED");
});

test("an IceError is returned unchanged", () => {
  const error = new IceError("ICE_RUN_EXISTS", "There is one.");
  expect(toStoreError(error, "/data/ice.db")).toBe(error);
});
