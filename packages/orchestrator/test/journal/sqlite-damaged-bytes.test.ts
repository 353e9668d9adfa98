import { execFileSync } from "node:child_process";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { IceError } from "@ice/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inRun, records, sql, tamperedStore, type TamperedStore } from "./tampered-store.ts";

let fixture: TamperedStore;
beforeEach(async () => {
  fixture = await tamperedStore();
});
afterEach(() => fixture.close());

describe("every byte is checked", () => {
  test("a record that is cut off at any byte is noticed", async () => {
    const body = JSON.stringify(records[2]);
    for (let length = 0; length < body.length; length += 1) {
      fixture.tamper(sql(`UPDATE records SET body = substr(body, 1, ${length}) WHERE ${inRun} AND seq = 3`));
      expect(await fixture.codeOfRead(), `cut off at ${length}`).toBe("ICE_STORE_CORRUPT");
      fixture.tamper((database) =>
        database.prepare(`UPDATE records SET body = ? WHERE ${inRun} AND seq = 3`).run(body),
      );
    }
    expect(await fixture.store.read("r")).toEqual(fixture.healthy);
  });

  test.each([
    ["records", "body", `${inRun} AND seq = 3`],
    ["signals", "body", inRun],
    ["blobs", "content", "1"],
  ])("a flipped bit in %s.%s is noticed", async (table, column, where) => {
    const read = (database: DatabaseSync) =>
      database.prepare(`SELECT CAST(${column} AS BLOB) AS bytes FROM ${table} WHERE ${where}`).get()!["bytes"];
    let bytes = new Uint8Array();
    fixture.tamper((database) => {
      bytes = read(database) as Uint8Array<ArrayBuffer>;
    });
    const type = column === "content" ? "BLOB" : "TEXT";
    const write = (value: Uint8Array): void =>
      fixture.tamper((database) =>
        database.prepare(`UPDATE ${table} SET ${column} = CAST(? AS ${type}) WHERE ${where}`).run(value),
      );
    // One bit of every stretch.
    const step = Math.max(1, Math.floor(bytes.length / 40));
    for (let at = 0; at < bytes.length; at += step) {
      const flipped = bytes.slice();
      flipped[at]! ^= 1 << (at % 8);
      write(flipped);
      expect(await fixture.codeOfRead(), `byte ${at}`).toBe("ICE_STORE_CORRUPT");
    }
    write(bytes);
    expect(await fixture.store.read("r")).toEqual(fixture.healthy);
  });

  test.each([
    ["records", "checksum", `${inRun} AND seq = 3`],
    ["records", "seq", `${inRun} AND seq = 4`],
    ["records", "version", `${inRun} AND seq = 3`],
    ["signals", "checksum", inRun],
    ["signals", "seq", inRun],
    ["runs", "records", "run_id = 'r'"],
    ["runs", "signals", "run_id = 'r'"],
  ])("a flipped bit in %s.%s is noticed", async (table, column, where) => {
    let value = 0;
    fixture.tamper((database) => {
      value = Number(database.prepare(`SELECT ${column} AS value FROM ${table} WHERE ${where}`).get()!["value"]);
    });
    for (let bit = 0; bit < 32; bit += 1) {
      const flipped = Number(BigInt(value) ^ (1n << BigInt(bit)));
      // A sequence number that is taken cannot be had twice; the row that would be lost is noticed as missing.
      fixture.tamper(sql(`UPDATE OR REPLACE ${table} SET ${column} = ${flipped} WHERE ${where}`));
      expect(await fixture.codeOfRead(), `bit ${bit}`).toBe("ICE_STORE_CORRUPT");
      if (column === "seq" && flipped < 4) break;
      fixture.tamper(
        sql(
          `UPDATE ${table} SET ${column} = ${value} WHERE ${where.replace(/ AND seq = 4$/, ` AND seq = ${flipped}`)}`,
        ),
      );
    }
  });
});

describe("a damaged file", () => {
  test("is never read as something else, wherever it is cut off", async () => {
    await fixture.store.close();
    const whole = readFileSync(fixture.path);
    for (let size = whole.length - 1; size > 0; size = Math.floor(size * 0.6)) {
      writeFileSync(fixture.path, whole);
      truncateSync(fixture.path, size);
      expect(await outcomeOfOpening(), `${size} bytes`).toBeOneOf(["ICE_STORE_CORRUPT", "ICE_STORE_UNAVAILABLE"]);
    }
  });

  test("is never read as something else, whichever byte is changed", async () => {
    await fixture.store.close();
    const whole = readFileSync(fixture.path);
    const outcomes = new Set<string>();
    for (let at = 0; at < whole.length; at += 1499) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 0x55;
      writeFileSync(fixture.path, changed);
      outcomes.add(await outcomeOfOpening());
    }
    // A byte of free space, of another run or of an index changes nothing that is read here.
    expect([...outcomes].filter((code) => !code.startsWith("ICE_STORE_"))).toEqual(["healthy"]);
    expect(outcomes).toContain("ICE_STORE_CORRUPT");
  });

  test("of another program is not touched", async () => {
    const path = `${fixture.path}.notes`;
    const notes = new DatabaseSync(path);
    notes.exec("CREATE TABLE notes (text)");
    notes.close();
    await expect(fixture.another({}, path)).rejects.toMatchObject({
      code: "ICE_STORE_UNAVAILABLE",
      message: `${path} is a database of another program.`,
    });
    writeFileSync(path, "just text, and longer than the header of a database ".repeat(10));
    await expect(fixture.another({}, path)).rejects.toMatchObject({ code: "ICE_STORE_CORRUPT" });
  });

  test.each([
    ["a view", "DROP TABLE placed; CREATE VIEW placed AS SELECT 1 AS run"],
    ["a trigger", "CREATE TRIGGER t AFTER UPDATE ON runs BEGIN DELETE FROM runs; END"],
    ["a table too many", "CREATE TABLE more (text)"],
    ["an index on what takes long", "CREATE INDEX i ON runs (hex(zeroblob(length(run_id))))"],
    ["a table that takes every type", "DROP TABLE meta; CREATE TABLE meta (name PRIMARY KEY, value)"],
    [
      "a column that is computed",
      "DROP TABLE meta; CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT AS (hex(zeroblob(200000000)))) STRICT",
    ],
    ["a table too few", "DROP TABLE signals"],
    ["an index too few", "DROP INDEX runs_by_end"],
  ])("with %s is refused: ice has not made it so", async (_name, change) => {
    fixture.tamper(sql(change));
    await expect(fixture.another()).rejects.toMatchObject({ code: "ICE_STORE_CORRUPT" });
  });

  test("with the statistics of SQLite is read", async () => {
    fixture.tamper(sql("ANALYZE"));
    expect(await (await fixture.another()).read("r")).toEqual(fixture.healthy);
  });

  test("with a value that belongs to nothing that there is, is damaged", async () => {
    fixture.tamper(sql("UPDATE placed SET source = 'constructor'"));
    expect(await fixture.codeOfRead()).toBe("ICE_STORE_CORRUPT");
  });

  test.each([
    ["status", "char(27) || '[2J'"],
    ["started_at", "1e20"],
    ["started_at", "9e999"],
    ["updated_at", "-1"],
    ["ended_at", "1e300"],
    ["resume_at", "1e20"],
    ["resume_at", "-1"],
  ])("whose list says something that no run has in %s is refused: %s", async (column, value) => {
    fixture.tamper(sql(`UPDATE runs SET ${column} = ${value} WHERE run_id = 'r'`));
    await expect(fixture.store.list({})).rejects.toMatchObject({ code: "ICE_STORE_CORRUPT" });
  });

  test.each(["", "-wal", "-journal"])("is not a pipe: opening it does not block%s", async (side) => {
    const path = `${fixture.path}.pipe`;
    execFileSync("mkfifo", [`${path}${side}`]);
    await expect(fixture.another({}, path)).rejects.toMatchObject({
      code: "ICE_STORE_UNAVAILABLE",
      message: `The store cannot be opened: ${path}${side} is not a regular file.`,
    });
  });

  test("of a newer ice is refused", async () => {
    fixture.tamper(sql("PRAGMA user_version = 99"));
    await expect(fixture.another()).rejects.toMatchObject({
      code: "ICE_STORE_VERSION",
      details: { path: fixture.path, version: 99 },
    });
  });

  /** "healthy" when everything reads as it was written, else the code. */
  async function outcomeOfOpening(): Promise<string> {
    try {
      const store = await fixture.another();
      try {
        expect(await store.read("r")).toEqual(fixture.healthy);
        return "healthy";
      } finally {
        await store.close();
      }
    } catch (error) {
      if (!IceError.is(error)) throw error;
      return error.code;
    }
  }
});
