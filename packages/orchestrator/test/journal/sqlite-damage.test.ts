import { execFileSync } from "node:child_process";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { IceError, type JournalRecord, type RunStore, type StoredRun } from "@ice/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { journalOf, newRun, outcome, silentOwner, suspended } from "./sample-run.ts";
import { sqliteFixture, type SqliteFixture } from "./sqlite-fixture.ts";

const large = "ice ".repeat(20_000);
const records: readonly JournalRecord[] = [
  outcome("a", { n: 1 }),
  outcome("b", { text: large }),
  outcome("c", [true, null, "ä"]),
  suspended,
];

let fixture: SqliteFixture;
let healthy: StoredRun;

beforeEach(async () => {
  fixture = await sqliteFixture();
  await journalOf(fixture.store, "r", records);
  await fixture.store.signal("r", { id: "s", path: "a", value: { yes: true }, by: "ann", at: 1 });
  await journalOf(fixture.store, "other", [outcome("a", 2), outcome("z", 3), suspended]);
  healthy = await fixture.store.read("r");
});
afterEach(() => fixture.close());

/** Changes the file behind the store's back. */
function tamper(change: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(fixture.path, { enableForeignKeyConstraints: false });
  try {
    change(database);
  } finally {
    database.close();
  }
}

async function codeOfRead(store: RunStore = fixture.store): Promise<string> {
  return store.read("r").then(
    () => "no error",
    (error: unknown) => (IceError.is(error) ? error.code : String(error)),
  );
}

/** The checksum that ice would have written for this body, so that what is behind the checksum is tried too. */
function checksum(seq: number, version: number, body: string): number {
  return crc32(body, crc32(`r\nrecord ${seq} ${version}\n`));
}

function forge(seq: number, body: string, version = 1): (database: DatabaseSync) => void {
  return (database) => {
    database
      .prepare(
        "UPDATE records SET body = ?, version = ?, checksum = ? WHERE run = (SELECT id FROM runs WHERE run_id = 'r') AND seq = ?",
      )
      .run(body, version, checksum(seq, version, body), seq);
  };
}

const inRun = "run = (SELECT id FROM runs WHERE run_id = 'r')";
const sql =
  (text: string) =>
  (database: DatabaseSync): void =>
    database.exec(text);
const outcomeText = (node: string): string => `{"kind":"outcome","at":1,"path":"a","node":${node}}`;
const output = (text: string): string =>
  outcomeText(`{"type":"tool","status":"completed","attempts":1,"output":${text}}`);

const attacks: readonly (readonly [name: string, change: (database: DatabaseSync) => void, code: string])[] = [
  ["the last row is missing", sql(`DELETE FROM records WHERE ${inRun} AND seq = 4`), "ICE_STORE_CORRUPT"],
  [
    "the last row is missing, and the status fits",
    sql(`DELETE FROM records WHERE ${inRun} AND seq = 4; UPDATE runs SET status = 'running' WHERE run_id = 'r'`),
    "ICE_STORE_CORRUPT",
  ],
  ["a row in the middle is missing", sql(`DELETE FROM records WHERE ${inRun} AND seq = 2`), "ICE_STORE_CORRUPT"],
  ["the head is missing", sql(`DELETE FROM records WHERE ${inRun} AND seq = 0`), "ICE_STORE_CORRUPT"],
  ["every row is missing", sql(`DELETE FROM records WHERE ${inRun}`), "ICE_STORE_CORRUPT"],
  [
    "every row is missing, and the run says it has none",
    sql(`DELETE FROM records WHERE ${inRun}; UPDATE runs SET records = 0`),
    "ICE_STORE_CORRUPT",
  ],
  [
    "the last row is missing, and the run has been told",
    sql(`DELETE FROM records WHERE ${inRun} AND seq = 4; UPDATE runs SET records = records - 1 WHERE run_id = 'r'`),
    "ICE_STORE_CORRUPT",
  ],
  [
    "a row is there twice",
    sql(`INSERT INTO records SELECT run, 5, version, body, checksum FROM records WHERE ${inRun} AND seq = 1;
      UPDATE runs SET records = 6 WHERE run_id = 'r'`),
    "ICE_STORE_CORRUPT",
  ],
  [
    "two rows have changed places",
    sql(`UPDATE records SET seq = 99 WHERE ${inRun} AND seq = 1; UPDATE records SET seq = 1 WHERE ${inRun} AND seq = 3;
      UPDATE records SET seq = 3 WHERE ${inRun} AND seq = 99`),
    "ICE_STORE_CORRUPT",
  ],
  [
    "a row is one of another run",
    sql(`UPDATE records SET (body, checksum) = (SELECT body, checksum FROM records WHERE seq = 1 AND NOT ${inRun})
      WHERE ${inRun} AND seq = 1`),
    "ICE_STORE_CORRUPT",
  ],
  [
    "the run is the other run",
    sql("UPDATE runs SET run_id = 'x' WHERE run_id = 'r'; UPDATE runs SET run_id = 'r' WHERE run_id = 'other'"),
    "ICE_STORE_CORRUPT",
  ],
  ["the sequence has a gap", sql(`UPDATE records SET seq = 5 WHERE ${inRun} AND seq = 4`), "ICE_STORE_CORRUPT"],
  [
    "a number is larger than numbers can be",
    sql(`UPDATE records SET seq = 9007199254740993 WHERE ${inRun} AND seq = 4`),
    "ICE_STORE_CORRUPT",
  ],
  ["the status is another one", sql("UPDATE runs SET status = 'completed' WHERE run_id = 'r'"), "ICE_STORE_CORRUPT"],
  ["the workflow is another one", sql("UPDATE runs SET workflow = 'x' WHERE run_id = 'r'"), "ICE_STORE_CORRUPT"],
  [
    "the start is another one",
    sql("UPDATE runs SET started_at = started_at + 1 WHERE run_id = 'r'"),
    "ICE_STORE_CORRUPT",
  ],
  ["the large value is missing", sql("DELETE FROM blobs"), "ICE_STORE_CORRUPT"],
  ["the large value is another one", sql("UPDATE blobs SET content = CAST('\"x\"' AS BLOB)"), "ICE_STORE_CORRUPT"],
  [
    "the large value is cut off",
    sql("UPDATE blobs SET content = substr(content, 1, length(content) - 1)"),
    "ICE_STORE_CORRUPT",
  ],
  ["the large value stands elsewhere", sql("UPDATE placed SET place = 'node.error.details'"), "ICE_STORE_CORRUPT"],
  ["the large value belongs to another row", sql("UPDATE placed SET seq = 1"), "ICE_STORE_CORRUPT"],
  ["the large value is named by nobody", sql("DELETE FROM placed"), "ICE_STORE_CORRUPT"],
  [
    "the large value is named twice",
    sql("INSERT INTO placed SELECT run, source, seq, 'a', hash FROM placed"),
    "ICE_STORE_CORRUPT",
  ],
  ["a signal is missing", sql("DELETE FROM signals"), "ICE_STORE_CORRUPT"],
  [
    "a signal says something else",
    sql("UPDATE signals SET body = replace(body, 'true', 'false')"),
    "ICE_STORE_CORRUPT",
  ],
  ["a signal has another id", sql("UPDATE signals SET id = 't'"), "ICE_STORE_CORRUPT"],
  [
    "a signal is there twice",
    sql("INSERT INTO signals SELECT run, seq + 1, 't', version, body, checksum FROM signals"),
    "ICE_STORE_CORRUPT",
  ],
  ["an envelope is no record", forge(1, '{"$type":"Date","value":1}'), "ICE_STORE_CORRUPT"],
  ["a record has a field more", forge(1, '{"kind":"suspended","at":1,"reason":"waiting","x":1}'), "ICE_STORE_CORRUPT"],
  ["a record has a field less", forge(1, '{"kind":"suspended","at":1}'), "ICE_STORE_CORRUPT"],
  [
    "a record has a value of another type",
    forge(1, outcomeText('{"type":1,"status":"completed","attempts":1}')),
    "ICE_STORE_CORRUPT",
  ],
  ["a record is of no kind", forge(1, '{"kind":"toString","at":1}'), "ICE_STORE_CORRUPT"],
  ["a record is a list", forge(1, "[]"), "ICE_STORE_CORRUPT"],
  ["a record is null", forge(1, "null"), "ICE_STORE_CORRUPT"],
  ["a record is empty", forge(1, ""), "ICE_STORE_CORRUPT"],
  ["a record is JavaScript", forge(1, output("new Date()")), "ICE_STORE_CORRUPT"],
  ["a value has a key `__proto__`", forge(1, output('{"__proto__":{"polluted":1}}')), "ICE_STORE_CORRUPT"],
  ["a value has that key in disguise", forge(1, output('[{"\\u005f_proto__" : {"polluted":1}}]')), "ICE_STORE_CORRUPT"],
  ["a record has that key", forge(1, '{"__proto__":{"kind":"suspended"},"at":1}'), "ICE_STORE_CORRUPT"],
  ["a value is deeper than any stack", forge(1, output(`${"[".repeat(1e6)}${"]".repeat(1e6)}`)), "no error"],
  ["a record has a newer version", forge(1, output("1"), 2), "ICE_STORE_VERSION"],
  ["a record has version 0", forge(1, output("1"), 0), "ICE_STORE_VERSION"],
  ["a record has a negative version", forge(1, output("1"), -1), "ICE_STORE_VERSION"],
];

describe("what is stored is untrusted", () => {
  test.each(attacks)("%s", async (_name, change, code) => {
    tamper(change);
    expect(await codeOfRead()).toBe(code);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    // Neither can such a run be continued, nor does it stop the others.
    const opened = fixture.store.open("r", silentOwner).then(
      () => "no error",
      (error: { code: string }) => error.code,
    );
    expect(await opened).toBe(code);
    await fixture.store.create(newRun("next"), silentOwner);
    expect((await fixture.store.read("next")).status).toBe("running");
  });

  test("an error names the store, what is damaged, and what to do", async () => {
    tamper(sql(`UPDATE records SET checksum = checksum + 1 WHERE ${inRun} AND seq = 3`));
    await expect(fixture.store.read("r")).rejects.toMatchObject({
      message: `The store ${fixture.path} is damaged: record 3 of run "r" has a wrong checksum.`,
      fix: expect.stringContaining("backup"),
      details: { path: fixture.path },
    });
  });
});

describe("every byte counts", () => {
  test("a record that is cut off at any byte is noticed", async () => {
    const body = JSON.stringify(records[2]);
    for (let length = 0; length < body.length; length += 1) {
      tamper(sql(`UPDATE records SET body = substr(body, 1, ${length}) WHERE ${inRun} AND seq = 3`));
      expect(await codeOfRead(), `cut off at ${length}`).toBe("ICE_STORE_CORRUPT");
      tamper((database) => database.prepare(`UPDATE records SET body = ? WHERE ${inRun} AND seq = 3`).run(body));
    }
    expect(await fixture.store.read("r")).toEqual(healthy);
  });

  test.each([
    ["records", "body", `${inRun} AND seq = 3`],
    ["signals", "body", inRun],
    ["blobs", "content", "1"],
  ])("a flipped bit in %s.%s is noticed", async (table, column, where) => {
    const read = (database: DatabaseSync) =>
      database.prepare(`SELECT CAST(${column} AS BLOB) AS bytes FROM ${table} WHERE ${where}`).get()!["bytes"];
    let bytes = new Uint8Array();
    tamper((database) => {
      bytes = read(database) as Uint8Array<ArrayBuffer>;
    });
    const type = column === "content" ? "BLOB" : "TEXT";
    const write = (value: Uint8Array): void =>
      tamper((database) =>
        database.prepare(`UPDATE ${table} SET ${column} = CAST(? AS ${type}) WHERE ${where}`).run(value),
      );
    // One bit of every stretch.
    const step = Math.max(1, Math.floor(bytes.length / 40));
    for (let at = 0; at < bytes.length; at += step) {
      const flipped = bytes.slice();
      flipped[at]! ^= 1 << (at % 8);
      write(flipped);
      expect(await codeOfRead(), `byte ${at}`).toBe("ICE_STORE_CORRUPT");
    }
    write(bytes);
    expect(await fixture.store.read("r")).toEqual(healthy);
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
    tamper((database) => {
      value = Number(database.prepare(`SELECT ${column} AS value FROM ${table} WHERE ${where}`).get()!["value"]);
    });
    for (let bit = 0; bit < 32; bit += 1) {
      const flipped = Number(BigInt(value) ^ (1n << BigInt(bit)));
      // A sequence number that is taken cannot be had twice; the row that would be lost is noticed as missing.
      tamper(sql(`UPDATE OR REPLACE ${table} SET ${column} = ${flipped} WHERE ${where}`));
      expect(await codeOfRead(), `bit ${bit}`).toBe("ICE_STORE_CORRUPT");
      if (column === "seq" && flipped < 4) break;
      tamper(
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
  ])("with %s is refused: ice has made none", async (_name, change) => {
    tamper(sql(change));
    await expect(fixture.another()).rejects.toMatchObject({ code: "ICE_STORE_CORRUPT" });
  });

  test.each([
    ["status", "char(27) || '[2J'"],
    ["started_at", "1e20"],
    ["started_at", "9e999"],
    ["updated_at", "-1"],
    ["ended_at", "1e300"],
  ])("whose list says something that no run has in %s is refused: %s", async (column, value) => {
    tamper(sql(`UPDATE runs SET ${column} = ${value} WHERE run_id = 'r'`));
    await expect(fixture.store.list({})).rejects.toMatchObject({ code: "ICE_STORE_CORRUPT" });
  });

  test.each(["", "-wal", "-journal"])("is not a pipe: nobody waits for its other end%s", async (side) => {
    const path = `${fixture.path}.pipe`;
    execFileSync("mkfifo", [`${path}${side}`]);
    await expect(fixture.another({}, path)).rejects.toMatchObject({
      code: "ICE_STORE_UNAVAILABLE",
      message: `The store cannot be opened: ${path}${side} is not a regular file.`,
    });
  });

  test("of a newer ice is refused", async () => {
    tamper(sql("PRAGMA user_version = 99"));
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
        expect(await store.read("r")).toEqual(healthy);
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
