import { DatabaseSync } from "node:sqlite";
import { createRuntime, IceError, type Signal } from "@ice/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";
import { journalOf, silentOwner, suspended } from "./sample-run.ts";
import { sqliteFixture, type SqliteFixture } from "./sqlite-fixture.ts";

let fixture: SqliteFixture;
beforeEach(async () => {
  fixture = await sqliteFixture();
});
afterEach(() => fixture.close());

/** Changes the file behind the store's back. Returns the first row, if there is one. */
function query(text: string, ...values: (Uint8Array | number)[]): Record<string, unknown> | undefined {
  const database = new DatabaseSync(fixture.path);
  try {
    return database.prepare(text).get(...values);
  } finally {
    database.close();
  }
}

/** "no error", or the code of the error. */
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (error: unknown) => (IceError.is(error) ? error.code : String(error)),
  );

/** The bytes of a column with one bit of each flipped in turn, and then as they were. */
function* flips(column: string, table: string, where: string): Iterable<string> {
  const read = `SELECT CAST(${column} AS BLOB) AS bytes FROM ${table} WHERE ${where}`;
  const bytes = query(read)!["bytes"] as Uint8Array<ArrayBuffer>;
  const write = (value: Uint8Array): void =>
    void query(`UPDATE ${table} SET ${column} = CAST(? AS TEXT) WHERE rowid = ${row}`, value);
  const row = query(`SELECT rowid AS row FROM ${table} WHERE ${where}`)!["row"] as number;
  for (let at = 0; at < bytes.length; at += 1) {
    const flipped = bytes.slice();
    flipped[at]! ^= 1 << (at % 7);
    write(flipped);
    yield `byte ${at} of ${column}`;
  }
  write(bytes);
}

/** A number as it stands in a file, with each of its 64 bits flipped in turn. */
function* flippedNumbers(value: number): Iterable<number> {
  const bytes = new DataView(new ArrayBuffer(8));
  for (let bit = 0n; bit < 64n; bit += 1n) {
    bytes.setFloat64(0, value);
    bytes.setBigUint64(0, bytes.getBigUint64(0) ^ (1n << bit));
    const flipped = bytes.getFloat64(0);
    if (!Number.isNaN(flipped)) yield flipped; // SQLite stores none
  }
}

describe("when a run goes on", () => {
  const time = Date.UTC(2026, 5, 1);

  test("is known from its records, so a flipped bit in its row never resumes it wrongly", async () => {
    const { store } = fixture;
    await journalOf(store, "r", [{ kind: "suspended", at: 2500, reason: "waiting", resumeAt: time }]);
    const healthy = await store.read("r");
    for (const flipped of flippedNumbers(time)) {
      query("UPDATE runs SET resume_at = ?", flipped);
      expect(await codeOf(store.read("r")), String(flipped)).toBe("ICE_STORE_CORRUPT");
      expect(await codeOf(store.open("r", silentOwner)), String(flipped)).toBe("ICE_STORE_CORRUPT");
    }
    query("UPDATE runs SET resume_at = NULL");
    expect(await codeOf(store.read("r"))).toBe("ICE_STORE_CORRUPT");
    query("UPDATE runs SET resume_at = ?", time);
    expect(await store.read("r")).toEqual(healthy);
  });
});

describe("a signal with a name", () => {
  const signal: Signal = { id: "s", name: "paid", path: "", value: { amount: 5 }, by: "shop", at: 1 };

  test("is never read as another one", async () => {
    const { store } = fixture;
    await journalOf(store, "r", [suspended]);
    await store.signal("r", signal);
    const where = "id = '!s'";
    const body = query(`SELECT body FROM signals WHERE ${where}`)!["body"] as string;
    const write = (changed: string): void =>
      void query(`UPDATE signals SET body = CAST(? AS TEXT) WHERE ${where}`, Buffer.from(changed));
    for (let at = 0; at < body.length; at += 1) {
      write(body.slice(0, at) + String.fromCharCode(body.charCodeAt(at) ^ 1) + body.slice(at + 1));
      expect(await codeOf(store.signals("r")), `byte ${at}`).toBe("ICE_STORE_CORRUPT");
    }
    write(body);
    expect(await store.signals("r")).toEqual([signal]);
    for (const id of ["s", "!t", "!", ""]) {
      query("UPDATE signals SET id = CAST(? AS TEXT)", Buffer.from(id));
      expect(await codeOf(store.signals("r")), id).toBe("ICE_STORE_CORRUPT");
    }
    query("UPDATE signals SET id = CAST(? AS TEXT)", Buffer.from("!s"));
    query("UPDATE runs SET signals = 2");
    expect(await codeOf(store.signals("r"))).toBe("ICE_STORE_CORRUPT");
  });
});

describe("a cached output", () => {
  const key = "a1b2c3";
  const output = { text: "from the cache" };
  const expiresAt = Date.UTC(2030, 0);
  const now = Date.UTC(2026, 0);
  /** What the store returns, or the code of its error. */
  const found = async (): Promise<unknown> =>
    fixture.store.cache.get(key, now).catch((error: unknown) => (IceError.is(error) ? error.code : String(error)));

  beforeEach(async () => {
    await fixture.store.cache.set(key, output, { expiresAt, limit: 10 });
  });

  test.each(["body", "key", "tenant"])("with a flipped bit in %s is found nowhere", async (column) => {
    for (const flip of flips(column, "cached", "1"))
      expect(await found(), flip).toBe(column === "body" ? "ICE_STORE_CORRUPT" : undefined);
    expect(await found()).toEqual(output);
  });

  test("with a flipped bit in its checksum or version is refused", async () => {
    for (const column of ["checksum", "version"]) {
      const value = Number(query(`SELECT ${column} AS value FROM cached`)!["value"]);
      for (let bit = 0; bit < 32; bit += 1) {
        query(`UPDATE cached SET ${column} = ?`, Number(BigInt(value) ^ (1n << BigInt(bit))));
        expect(await found(), `bit ${bit} of ${column}`).toBe("ICE_STORE_CORRUPT");
      }
      query(`UPDATE cached SET ${column} = ?`, value);
    }
    expect(await found()).toEqual(output);
  });

  test("is not returned for longer, or for another key or tenant, than it was kept for", async () => {
    for (const flipped of flippedNumbers(expiresAt)) {
      query("UPDATE cached SET expires_at = ?", flipped);
      expect(await found(), String(flipped)).toBe(flipped > now ? "ICE_STORE_CORRUPT" : undefined);
    }
    query("UPDATE cached SET expires_at = ?, key = 'other'", expiresAt);
    expect(await codeOf(fixture.store.cache.get("other", now))).toBe("ICE_STORE_CORRUPT");
    query("UPDATE cached SET key = 'a1b2c3', tenant = 'acme'");
    expect(await codeOf(fixture.store.forTenant("acme").cache.get(key, now))).toBe("ICE_STORE_CORRUPT");
    await expect(fixture.store.forTenant("acme").cache.get(key, now)).rejects.toMatchObject({
      message: `The store ${fixture.path} is damaged: the cached output "${key}" has a wrong checksum.`,
    });
  });

  test("that is damaged is replaced by a new one", async () => {
    query("UPDATE cached SET body = 'x'");
    await fixture.store.cache.set(key, 2, { expiresAt, limit: 10 });
    expect(await found()).toBe(2);
  });

  test("that is damaged is none for a run: its node runs, and keeps a new one", async () => {
    const runtime = createRuntime();
    const { close } = await initializeOrchestrator({ runtime, store: `sqlite:${fixture.path}` });
    const node = { id: "a", type: "tool", toolName: "echo", toolArgs: { n: 1 }, cache: { ttlSeconds: 60 } } as const;
    const run = async (): Promise<unknown> => {
      const { nodes } = await new Workflow([node], { name: "w", runtime }).execute();
      return nodes["a"];
    };
    expect(await run()).toMatchObject({ output: { n: 1 }, attempts: 1 });
    expect(await run()).toMatchObject({ output: { n: 1 }, attempts: 0, cached: true });
    query("UPDATE cached SET body = replace(body, '1', '2')");
    expect(await run()).toMatchObject({ output: { n: 1 }, attempts: 1 });
    expect(await run()).toMatchObject({ output: { n: 1 }, attempts: 0, cached: true });
    await close();
  });
});
