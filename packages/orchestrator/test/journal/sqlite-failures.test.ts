import { chmodSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { JournalRecord, RunStore } from "@ice/core";
import { endlessTimeSlice } from "@ice/core/internal";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Database } from "../../src/journal/sqlite/database.ts";
import { migrate } from "../../src/journal/sqlite/migrations.ts";
import { systemProcesses } from "../../src/journal/sqlite/process-table.ts";
import { StoreFile } from "../../src/journal/sqlite/store-file.ts";
import { SqliteRunStore } from "../../src/journal/sqlite/sqlite-run-store.ts";
import { ended, ending, journalOf, listeningOwner, newRun, outcome, silentOwner } from "./sample-run.ts";
import { sqliteFixture, type SqliteFixture } from "./sqlite-fixture.ts";

let fixture: SqliteFixture;
let store: RunStore;

beforeEach(async () => {
  fixture = await sqliteFixture();
  store = fixture.store;
});
afterEach(() => fixture.close());

test.each([
  ["an id with half of a surrogate pair", { id: "a\ud800" }],
  ["an id with NUL", { id: "a\0" }],
  ["a sender that is no text", { by: 5 as never }],
])("a signal with %s, which could not be read back, is refused and harms nothing", async (_name, wrong) => {
  await journalOf(store, "r", [outcome("a", 1)]);
  const signal = { id: "s", name: "x", path: "", value: 1, by: null, at: 1 };
  await expect(store.signal("r", { ...signal, ...wrong })).rejects.toMatchObject({ code: "ICE_SIGNAL_INVALID" });
  expect((await store.read("r")).signals).toEqual([]);
  await store.signal("r", signal);
  expect(await store.signals("r")).toEqual([signal]);
});

describe("a locked store", () => {
  test("is waited for, and nothing is lost", async () => {
    const journal = await journalOf(store, "r", [outcome("a", 1)]);
    const unlock = lock();
    const appended = journal.append(outcome("b", 2));
    const signalled = store.signal("r", { id: "s", path: "b", value: 1, by: null, at: 1 });
    await fixture.pass(4000);
    const later = journal.append(outcome("c", 3));
    // Readers need no lock.
    expect(pathsOf(await store.read("r"))).toEqual(["a"]);
    unlock();
    await fixture.pass(100);
    await Promise.all([appended, signalled, later]);
    expect(pathsOf(await store.read("r"))).toEqual(["a", "b", "c"]);
  });

  test("fails after 5 s with an error that names it; nothing is recorded after the hole", async () => {
    const owner = listeningOwner();
    const journal = await journalOf(store, "r", [outcome("a", 1)], owner);
    const second = await journalOf(store, "second");
    const unlock = lock();
    const appended = Promise.all([ending(journal.append(outcome("b", 2))), ending(second.append(outcome("x", 1)))]);
    const error = journal.append(outcome("c", 3))!.catch((reason: unknown) => reason);
    await fixture.pass(6000);
    expect(await appended).toEqual(["ICE_STORE_LOCKED", "ICE_STORE_LOCKED"]);
    expect(await error).toMatchObject({
      code: "ICE_STORE_LOCKED",
      message: expect.stringContaining(fixture.path),
      fix: expect.stringContaining("close the other program"),
      details: { path: fixture.path },
    });
    unlock();
    expect(await ending(journal.append(outcome("d", 4)))).toBe("ICE_STORE_LOCKED");
    expect(owner.notifications).toEqual(["lost ICE_STORE_LOCKED"]);
    expect(pathsOf(await store.read("r"))).toEqual(["a"]);
    // The run has no owner now: this process too can resume it.
    const { journal: next, run } = await store.open("r", silentOwner);
    expect([next.epoch, run.status]).toEqual([2, "interrupted"]);
    await next.append(outcome("b", 2));
    expect(pathsOf(await store.read("r"))).toEqual(["a", "b"]);
  });

  test("of a run that was lost, another process learns with the next heartbeat", async () => {
    const journal = await journalOf(store, "r");
    const unlock = lock();
    const appended = ending(journal.append(outcome("b", 2)));
    await fixture.pass(6000);
    expect(await appended).toBe("ICE_STORE_LOCKED");
    unlock();
    await fixture.pass(200);
    const other = await fixture.another();
    expect((await other.open("r", silentOwner)).journal.epoch).toBe(2);
  });

  test("refuses everything else with the same code", async () => {
    const unlock = lock();
    const refused = Promise.all([
      ending(store.create(newRun("r"), silentOwner)),
      ending(store.secret()),
      ending(store.collect({ endedBefore: 1 })),
      ending(
        fixture
          .another({}, fixture.path)
          .then(() => store.signal("r", { id: "s", path: "", value: 1, by: null, at: 1 })),
      ),
    ]);
    await fixture.pass(20_000);
    expect(await refused).toEqual(Array(4).fill("ICE_STORE_LOCKED"));
    unlock();
  });

  /** Another program starts to write. @returns a function that ends it. */
  function lock(): () => void {
    const other = new DatabaseSync(fixture.path);
    other.exec("BEGIN IMMEDIATE");
    return () => {
      other.exec("ROLLBACK");
      other.close();
    };
  }
});

describe("a full store", () => {
  test("keeps acknowledged records, refuses the rest, and continues when there is space", async () => {
    const path = join(dirname(fixture.path), "small.db");
    const connection = new DatabaseSync(path);
    connection.exec("PRAGMA journal_mode = WAL");
    const database = new Database(connection, path);
    migrate(database);
    const { clock } = fixture;
    const file = new StoreFile(database, {
      timeSlice: endlessTimeSlice,
      clock,
      randomBytes: (size) => new Uint8Array(size).fill(7),
      processes: systemProcesses(),
      setBackgroundTimer: clock.setTimer,
      leaseMs: 10_000,
      pollMs: 200,
      watchMs: 50,
      lockedMs: 5000,
    });
    const small = new SqliteRunStore(file);
    const owner = listeningOwner();
    const journal = await small.create(newRun("r"), owner);
    const { page_count: pages } = connection.prepare("PRAGMA page_count").get() as { page_count: number };
    connection.exec(`PRAGMA max_page_count = ${pages + 20}`);
    const kept: string[] = [];
    let code = "done";
    for (let n = 0; code === "done"; n += 1) {
      code = await ending(journal.append(outcome(`n${n}`, "x".repeat(n % 2 === 0 ? 9000 : 90_000))));
      if (code === "done") kept.push(`n${n}`);
    }
    expect(code).toBe("ICE_STORE_FULL");
    expect(kept.length).toBeGreaterThan(0);
    // Even if it would fit.
    expect(await ending(journal.append(outcome("tiny", 1)))).toBe("ICE_STORE_FULL");
    expect(owner.notifications).toEqual(["lost ICE_STORE_FULL"]);
    expect(pathsOf(await small.read("r"))).toEqual(kept);

    connection.exec("PRAGMA max_page_count = 100000");
    const { journal: next } = await small.open("r", owner);
    await next.append(outcome("after", 1));
    await next.append(ended);
    expect(pathsOf(await small.read("r"))).toEqual([...kept, "after", ""]);
    await small.close();
  });
});

describe("a removed store", () => {
  test.each([
    ["was moved away", () => {}],
    ["was replaced by another file", () => writeFileSync(fixture.path, "")],
  ])("%s: nothing is acknowledged, and nothing is missing when it is back", async (_name, replace) => {
    const journal = await journalOf(store, "r", [outcome("a", 1)]);
    const away = `${fixture.path}.away`;
    renameSync(fixture.path, away);
    replace();
    await expect(journal.append(outcome("b", 2))).rejects.toMatchObject({
      code: "ICE_STORE_UNAVAILABLE",
      message: expect.stringContaining(fixture.path),
      fix: expect.any(String),
    });
    expect(await ending(store.create(newRun("s"), silentOwner))).toBe("ICE_STORE_UNAVAILABLE");
    renameSync(away, fixture.path);
    const { journal: next, run } = await store.open("r", silentOwner);
    expect(pathsOf(run)).toEqual(["a"]);
    await next.append(outcome("b", 2));
    expect(pathsOf(await store.read("r"))).toEqual(["a", "b"]);
  });
});

describe("a store that cannot be written", () => {
  test.each<[name: string, prepare: (directory: string) => string, code: string]>([
    [
      "a file without permission",
      (directory) => {
        writeFileSync(join(directory, "ice.db"), "", { mode: 0o444 });
        return join(directory, "ice.db");
      },
      "ICE_STORE_READONLY",
    ],
    ["a directory without permission", (directory) => join(directory, "new", "ice.db"), "ICE_STORE_READONLY"],
    [
      "a path below a file",
      (directory) => {
        writeFileSync(join(directory, "file"), "");
        return join(directory, "file", "ice.db");
      },
      "ICE_STORE_UNAVAILABLE",
    ],
    ["a directory", (directory) => directory, "ICE_STORE_UNAVAILABLE"],
  ])("%s is refused", async (_name, prepare, code) => {
    const directory = join(dirname(fixture.path), "guarded");
    mkdirSync(directory);
    const path = prepare(directory);
    chmodSync(dirname(directory), 0o755);
    chmodSync(directory, 0o555);
    await asNobody(async () =>
      expect(fixture.another({}, path)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(path),
        fix: expect.any(String),
        details: { path },
      }),
    );
  });

  /** File permissions do not restrict root. */
  async function asNobody(work: () => Promise<void>): Promise<void> {
    const root = process.getuid?.() === 0;
    if (root) process.seteuid!(65_534);
    try {
      await work();
    } finally {
      if (root) process.seteuid!(0);
    }
  }
});

describe("a new store", () => {
  test("makes its directory, and only its owner can read its files", async () => {
    const path = join(dirname(fixture.path), "deep", "er", "ice.db");
    const deep = await fixture.another({}, path);
    await journalOf(deep, "r");
    expect(readdirSync(dirname(path)).toSorted()).toEqual(["ice.db", "ice.db-shm", "ice.db-wal"]);
    for (const name of readdirSync(dirname(path))) expect(statSync(join(dirname(path), name)).mode & 0o777).toBe(0o600);
    expect(deep.url).toBe(`sqlite:${path}`);
    await deep.close();
    expect(readdirSync(dirname(path))).toEqual(["ice.db"]);
  });
});

describe("what could not be read back", () => {
  test.each<[name: string, record: unknown, code: string]>([
    ["NaN", { kind: "suspended", at: Number.NaN, reason: "waiting" }, "ICE_INTERNAL"],
    ["a field that records do not have", { ...ended, extra: 1 }, "ICE_INTERNAL"],
    ["an unknown kind", { kind: "note", at: 1 }, "ICE_INTERNAL"],
    ["BigInt", outcome("x", 1n as never), "ICE_OUTPUT_NOT_JSON"],
    ["a key __proto__", outcome("x", JSON.parse('{"a":[{"__proto__":1}]}') as never), "ICE_OUTPUT_NOT_JSON"],
  ])("%s is not recorded, and nothing after it; what came before is", async (_name, record, code) => {
    const owner = listeningOwner();
    const journal = await store.create(newRun("r"), owner);
    const before = journal.append(outcome("a", 1));
    expect(await ending(journal.append(record as JournalRecord))).toBe(code);
    expect(await ending(journal.append(outcome("b", 2)))).toBe(code);
    await before;
    expect(pathsOf(await store.read("r"))).toEqual(["a"]);
    expect(owner.notifications).toEqual([`lost ${code}`]);
    expect((await store.open("r", silentOwner)).journal.epoch).toBe(2);
  });
});

test("10,000 outcomes take at most 400 bytes each beyond their payload", async () => {
  const journal = await store.create(newRun("r"), silentOwner);
  const payload = { answer: "x".repeat(100) };
  for (let n = 0; n < 10_000; n += 1) void journal.append(outcome(`listings[${n}].price`, payload, Date.UTC(2026, 0)));
  await journal.append(ended);
  await fixture.clock.runUntil(store.close());
  expect(statSync(fixture.path).size / 10_000 - JSON.stringify(payload).length).toBeLessThan(400);
});

function pathsOf({ records }: { readonly records: readonly JournalRecord[] }): readonly string[] {
  return records.map((record) => ("path" in record && record.path) || "");
}
