import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ended, journalOf, newRun, outcome, silentOwner, suspended } from "../../../test/journal/sample-run.ts";
import { openSqliteRunStore } from "./open-sqlite-run-store.ts";
import { sqliteFixture, type SqliteFixture } from "../../../test/journal/sqlite-fixture.ts";

let fixture: SqliteFixture;
beforeEach(async () => {
  fixture = await sqliteFixture({ processes: { host: "here", pid: 7, startOf: () => "10:00" } });
});
afterEach(() => fixture.close());

const rowsOf = (sql: string): unknown[] => {
  const other = new DatabaseSync(fixture.path);
  try {
    return other.prepare(sql).all();
  } finally {
    other.close();
  }
};

test("errors say what is wrong and what to do", async () => {
  const { store } = fixture;
  await journalOf(store, "a");
  await expect(store.create(newRun("a"), silentOwner)).rejects.toMatchObject({
    code: "ICE_RUN_EXISTS",
    message: 'A run with the id "a" already exists.',
    fix: "choose another run id",
    details: { runId: "a" },
  });
  await expect(store.open("a", silentOwner)).rejects.toMatchObject({
    code: "ICE_STORE_OWNED",
    message: 'The run "a" is in progress in process 7 on here.',
    fix: "wait until it ends or suspends, or end that process",
    details: { runId: "a", pid: 7 },
  });
  await expect(store.read("b")).rejects.toMatchObject({
    code: "ICE_RUN_NOT_FOUND",
    message: 'No run has the id "b".',
    fix: "list the stored runs with WorkflowExecutionService.list()",
    details: { runId: "b" },
  });
  await fixture.clock.runUntil(store.close());
  await expect(store.list()).rejects.toMatchObject({
    code: "ICE_STORE_UNAVAILABLE",
    message: `The store sqlite:${fixture.path} is closed.`,
    fix: "open the store again",
  });
});

test("a store has an address and keeps what it is given", () => {
  expect([fixture.store.url, fixture.store.durable]).toEqual([`sqlite:${fixture.path}`, true]);
});

test("a closed store owns nothing", async () => {
  await journalOf(fixture.store, "a");
  expect(rowsOf("SELECT host, pid, process, lease_ms FROM owners")).toEqual([
    { host: "here", pid: 7, process: "10:00", lease_ms: 10_000 },
  ]);
  await fixture.another();
  await fixture.clock.runUntil(fixture.store.close());
  expect(rowsOf("SELECT * FROM owners")).toEqual([]);
  expect(rowsOf("SELECT owner FROM runs")).toEqual([{ owner: null }]);
});

test("large values are kept once, and deleted with the last run that needs them", async () => {
  const large = "x".repeat(40_000);
  const { store } = fixture;
  for (const [runId, at] of [
    ["a", 3000],
    ["b", 4000],
  ] as const)
    await journalOf(store, runId, [outcome("n", large), outcome("m", large), { ...ended, at } as typeof ended]);
  expect(rowsOf("SELECT count(*) AS count FROM blobs")).toEqual([{ count: 1 }]);
  expect(rowsOf("SELECT DISTINCT place, source FROM placed")).toEqual([{ place: "node.output", source: "record" }]);
  expect(rowsOf("SELECT count(*) AS count FROM placed")).toEqual([{ count: 4 }]);
  expect(await store.collect({ endedBefore: 3001 })).toEqual({ runs: 1, blobs: 0 });
  expect(await store.collect({ endedBefore: 4001 })).toEqual({ runs: 1, blobs: 1 });
  expect(rowsOf("SELECT * FROM placed")).toEqual([]);
});

test("large values of a start or a signal are stored outside the row, and equal documents once", async () => {
  const large = { text: "x".repeat(2000) };
  const start = { document: { hash: "d0c", data: large }, inputs: { ...large, n: 1 }, options: { ...large, n: 2 } };
  for (const runId of ["a", "b"]) await fixture.store.create(newRun(runId, start), silentOwner);
  const places = (source: string) =>
    rowsOf(`SELECT DISTINCT place FROM placed WHERE source = '${source}' ORDER BY place`).map(
      (row) => (row as { place: string }).place,
    );
  expect(places("record")).toEqual(["document.data", "inputs", "options"]);
  expect(rowsOf("SELECT count(*) AS count FROM blobs")).toEqual([{ count: 3 }]);
  const value = "x".repeat(40_000);
  await fixture.store.signal("a", { id: "s", path: "n", value, by: null, at: 1 });
  expect(places("signal")).toEqual(["value"]);
  expect(await fixture.store.read("a")).toMatchObject({ ...start, signals: [{ value }] });
});

test("collecting deletes silent owners that own nothing, and no others", async () => {
  const frozen = { setBackgroundTimer: () => () => {} };
  const [idle, silent] = [await fixture.another(frozen), await fixture.another(frozen)];
  const journal = await journalOf(idle, "idle");
  await journal.append(suspended);
  await journalOf(silent, "silent");
  await fixture.pass(10_000);
  const count = () => rowsOf("SELECT id FROM owners").length;
  expect(count()).toBe(2);
  await fixture.store.collect({ endedBefore: 0 });
  expect(count()).toBe(2);
  await fixture.pass(1);
  await fixture.store.collect({ endedBefore: 0 });
  expect(count()).toBe(1);
  expect(rowsOf("SELECT run_id FROM runs WHERE owner IS NOT NULL")).toEqual([{ run_id: "silent" }]);
});

test("what a living owner has is not collected, however old; an interrupted run is when it is idle", async () => {
  const silent = await fixture.another({ setBackgroundTimer: () => () => {} });
  await journalOf(silent, "r");
  expect((await fixture.store.collect({ endedBefore: 9000, idleBefore: 9000 })).runs).toBe(0);
  await fixture.pass(10_000);
  expect((await fixture.store.collect({ endedBefore: 9000 })).runs).toBe(0);
  expect((await fixture.store.collect({ endedBefore: 9000, idleBefore: 1000 })).runs).toBe(0);
  expect((await fixture.store.collect({ endedBefore: 9000, idleBefore: 1001 })).runs).toBe(1);
});

test("a list finds interrupted runs among those marked as running, in the order of their start", async () => {
  const silent = await fixture.another({ setBackgroundTimer: () => () => {} });
  for (const [runId, startedAt] of [
    ["a", 1000],
    ["c", 3000],
  ] as const)
    await silent.create(newRun(runId, { startedAt }), silentOwner);
  await (
    await fixture.store.create(newRun("b", { startedAt: 2000 }), silentOwner)
  ).append({ ...suspended, reason: "interrupted" } as typeof suspended);
  await fixture.pass(10_000);
  await fixture.store.create(newRun("d", { startedAt: 4000 }), silentOwner);
  const ids = async (query: Parameters<typeof fixture.store.list>[0]) =>
    (await fixture.store.list(query)).map(({ runId }) => runId);
  expect(await ids({ status: "interrupted" })).toEqual(["c", "b", "a"]);
  expect(await ids({ status: "interrupted", limit: 2 })).toEqual(["c", "b"]);
  expect(await ids({ status: "running" })).toEqual(["d"]);
  expect(await ids({})).toEqual(["d", "c", "b", "a"]);
});

test("a list refuses an invalid time or status, and names the run", async () => {
  await journalOf(fixture.store, "a");
  const lastMoment = 8_640_000_000_000_000;
  const other = new DatabaseSync(fixture.path);
  other.exec(`UPDATE runs SET updated_at = ${lastMoment}, started_at = 0`);
  expect(await fixture.store.list()).toMatchObject([{ updatedAt: lastMoment, startedAt: 0 }]);
  for (const change of [`updated_at = ${lastMoment + 2}`, "started_at = -1", "ended_at = -1", "status = 'odd'"]) {
    other.exec(`UPDATE runs SET ${change}`);
    await expect(fixture.store.list()).rejects.toMatchObject({
      message: `The store ${fixture.path} is damaged: run "a" has an invalid status, kind or time.`,
    });
    other.exec("UPDATE runs SET updated_at = 1, started_at = 0, ended_at = NULL, status = 'running'");
  }
  for (const failure of ["no JSON", "{}", `{"code":1,"message":""}`]) {
    other.prepare("UPDATE runs SET failure = ?").run(failure);
    await expect(fixture.store.list()).rejects.toMatchObject({
      message: `The store ${fixture.path} is damaged: run "a" has an invalid error.`,
    });
  }
  other.close();
});

test("the secret has 32 random bytes", async () => {
  const store = await fixture.another({ randomBytes: (size) => new Uint8Array(size).fill(5) });
  expect(await store.secret()).toBe(Buffer.alloc(32, 5).toString("base64url"));
  expect(rowsOf("SELECT * FROM meta")).toEqual([{ name: "secret", value: await store.secret() }]);
});

test.each([Number.NaN, -1, Infinity, "5"])("times that bound nothing are refused: %s", async (ms) => {
  for (const name of ["leaseMs", "pollMs", "lockedMs"])
    await expect(openSqliteRunStore(`${fixture.path}-other`, { [name]: ms })).rejects.toMatchObject({
      code: "ICE_USAGE",
      message: expect.stringContaining(`\`${name}\` of openSqliteRunStore is`),
      fix: expect.stringMatching(/^give it a number from [01] to 2147483647/),
    });
  expect(existsSync(`${fixture.path}-other`)).toBe(false);
});
