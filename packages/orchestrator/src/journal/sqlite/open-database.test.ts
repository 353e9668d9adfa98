import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Database } from "./database.ts";
import { migrate } from "./migrations.ts";
import { openDatabase } from "./open-database.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ice-database-"));
  path = join(folder, "ice.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pragma = (database: Database, name: string): unknown => Object.values(database.get(`PRAGMA ${name}`)!)[0];
function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return "no error";
}

test("a database is durable, consistent, bounded and without SQL of others", () => {
  const database = openDatabase(path);
  // FULL is 2.
  expect(
    ["journal_mode", "synchronous", "foreign_keys", "trusted_schema"].map((name) => pragma(database, name)),
  ).toEqual(["wal", 2, 1, 0]);
  expect(pragma(database, "journal_size_limit")).toBe(64 * 1024 * 1024);
  expect([pragma(database, "application_id"), pragma(database, "user_version")]).toEqual([0x69636531, 7]);
  expect(pragma(database, "busy_timeout")).toBe(0);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  database.close();
});

test("directories that are missing are made, and a file that is there is kept as it is", () => {
  const deep = join(folder, "a", "b", "c", "ice.db");
  openDatabase(deep).close();
  chmodSync(deep, 0o640);
  const database = openDatabase(deep);
  database.run("INSERT INTO meta VALUES ('a', 'b')");
  database.close();
  const again = openDatabase(deep);
  expect(again.get("SELECT value FROM meta")).toEqual({ value: "b" });
  again.close();
  expect(statSync(deep).mode & 0o777).toBe(0o640);
});

test.each(["", "-wal", "-shm", "-journal"])("a directory in the place of a file is refused: ice.db%s", (side) => {
  mkdirSync(`${path}${side}`);
  expect(errorOf(() => openDatabase(path))).toMatchObject({
    code: "ICE_STORE_UNAVAILABLE",
    message: `The store cannot be opened: ${path}${side} is not a regular file.`,
    fix: "use a file on a local disk",
    details: { path: `${path}${side}` },
  });
  expect(existsSync(path)).toBe(side === "");
});

test("a link to a file works like the file", () => {
  writeFileSync(join(folder, "real.db"), "");
  symlinkSync(join(folder, "real.db"), path);
  openDatabase(path).close();
  expect(statSync(join(folder, "real.db")).size).toBeGreaterThan(100);
});

test("a file that is shorter than a header is damaged, an empty one is new", () => {
  for (const size of [1, 99]) {
    writeFileSync(path, "x".repeat(size));
    expect(errorOf(() => openDatabase(path))).toMatchObject({
      code: "ICE_STORE_CORRUPT",
      message: `The store ${path} is damaged: it has ${size} bytes.`,
    });
  }
  // The error message of SQLite is used for this one.
  writeFileSync(path, "x".repeat(100));
  expect(errorOf(() => openDatabase(path))).toMatchObject({ errcode: 26 });
  writeFileSync(path, "");
  openDatabase(path).close();
});

test("a path below a file cannot have a directory", () => {
  writeFileSync(path, "");
  expect(errorOf(() => openDatabase(join(path, "ice.db")))).toMatchObject({ code: "ENOTDIR" });
});

test("a database that fails to open is closed again", () => {
  const other = new DatabaseSync(path);
  other.exec("CREATE TABLE notes (text); PRAGMA journal_mode = WAL");
  other.close();
  expect(errorOf(() => openDatabase(path))).toMatchObject({
    code: "ICE_STORE_UNAVAILABLE",
    message: `${path} is a database of another program.`,
    fix: "use another file",
    details: { path },
  });
  // Closing the last connection deletes the log.
  expect(existsSync(`${path}-wal`)).toBe(false);
});

test("a schema is created once, has the version of this ice or an older one, and only tables and indexes", () => {
  const connection = new DatabaseSync(path);
  const database = new Database(connection, path);
  migrate(database);
  const { total_changes: changes } = connection.prepare("SELECT total_changes() AS total_changes").get()!;
  migrate(database);
  expect(connection.prepare("SELECT total_changes() AS total_changes").get()).toEqual({ total_changes: changes });
  connection.exec("PRAGMA user_version = 8");
  expect(errorOf(() => migrate(database))).toMatchObject({
    code: "ICE_STORE_VERSION",
    message: `The store ${path} has version 8; this version of ice reads versions up to 7.`,
    fix: "use the version of ice that wrote it, or a newer one",
    details: { path, version: 8 },
  });
  connection.exec("PRAGMA user_version = 7; CREATE VIEW runs_of_all AS SELECT 1");
  expect(errorOf(() => migrate(database))).toMatchObject({
    code: "ICE_STORE_CORRUPT",
    message: `The store ${path} is damaged: "runs_of_all" in it was not created by ice.`,
  });
  connection.exec("DROP VIEW runs_of_all; CREATE VIRTUAL TABLE texts USING fts5(text)");
  expect(errorOf(() => migrate(database))).toMatchObject({ message: expect.stringContaining('"texts" in it') });
  database.close();
});

test("an error in a transaction rolls it back; a read sees one state", () => {
  const database = openDatabase(path);
  const other = openDatabase(path);
  const add = (name: string, to = database): number => to.run("INSERT INTO meta VALUES (?, '')", name);
  const names = (): unknown[] => database.all<{ name: string }>("SELECT name FROM meta").map(({ name }) => name);
  expect(database.transact(() => add("a"))).toBe(1);
  const refused = new Error("no");
  expect(() =>
    database.transact(() => {
      add("b");
      throw refused;
    }),
  ).toThrow(refused);
  expect(names()).toEqual(["a"]);
  database.snapshot(() => {
    expect(names()).toEqual(["a"]);
    other.transact(() => add("c", other));
    expect(names()).toEqual(["a"]);
  });
  expect(names()).toEqual(["a", "c"]);
  // The lock is taken at the start of the transaction, not at the first change.
  database.transact(() => expect(errorOf(() => other.transact(() => 1))).toMatchObject({ errcode: 5 }));
  expect(other.transact(() => 1)).toBe(1);
  other.close();
  database.close();
});

test("nothing is committed to a file that has been removed", () => {
  const database = openDatabase(path);
  rmSync(path);
  expect(errorOf(() => database.transact(() => database.run("INSERT INTO meta VALUES ('a', '')")))).toMatchObject({
    code: "ICE_STORE_UNAVAILABLE",
    message: `${path} was removed or replaced.`,
    fix: "put the file back, or open the store again",
    details: { path },
  });
  expect(database.all("SELECT * FROM meta")).toEqual([]);
  database.close();
});
