import { DatabaseSync } from "node:sqlite";
import type { Clock, RunStore } from "@ice/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { OpenSqliteRunStoreOptions } from "../../src/journal/sqlite/open-sqlite-run-store.ts";
import { ended, ending, journalOf, listeningOwner, outcome, silentOwner, suspended } from "./sample-run.ts";
import { sqliteFixture, type SqliteFixture } from "./sqlite-fixture.ts";

let fixture: SqliteFixture;
beforeEach(async () => {
  fixture = await sqliteFixture();
});
afterEach(() => fixture.close());

/** A process that stands still: its timers never fire. */
const frozen: OpenSqliteRunStoreOptions = { setBackgroundTimer: () => () => {} };
const leaseMs = 10_000;

async function kindsOf(store: RunStore, runId = "r"): Promise<readonly string[]> {
  return (await store.read(runId)).records.map(({ kind }) => kind);
}

describe("a lease", () => {
  test("keeps the run of an unresponsive owner for 10 s, not longer", async () => {
    const silent = await fixture.another(frozen);
    await journalOf(silent, "r");
    await fixture.pass(leaseMs - 1);
    expect(await ending(fixture.store.open("r", silentOwner))).toBe("ICE_STORE_OWNED");
    expect((await fixture.store.read("r")).status).toBe("running");
    await fixture.pass(1);
    expect((await fixture.store.read("r")).status).toBe("interrupted");
    expect((await fixture.store.list({ status: "interrupted" })).map(({ runId }) => runId)).toEqual(["r"]);
    expect((await fixture.store.open("r", silentOwner)).journal.epoch).toBe(2);
  });

  test("that has run out takes nothing from an owner that was not replaced", async () => {
    const silent = await fixture.another(frozen);
    const journal = await journalOf(silent, "r");
    await fixture.pass(10 * leaseMs);
    await journal.append(outcome("a", 1));
    expect(await kindsOf(fixture.store)).toEqual(["outcome"]);
  });

  test("is renewed by one timer, which stops when nothing is owned", async () => {
    expect(fixture.clock.pending).toBe(0);
    const journals = [await journalOf(fixture.store, "a"), await journalOf(fixture.store, "b")];
    expect(fixture.clock.pending).toBe(1);
    await fixture.pass(3 * leaseMs);
    const other = await fixture.another();
    expect(await ending(other.open("a", silentOwner))).toBe("ICE_STORE_OWNED");
    await journals[0]!.append(ended);
    expect(fixture.clock.pending).toBe(1);
    await journals[1]!.append(suspended);
    expect(fixture.clock.pending).toBe(0);
  });
});

describe("a stale owner", () => {
  test("records nothing, is notified once, and delays no other run of its turn", async () => {
    const silent = await fixture.another(frozen);
    const owner = listeningOwner();
    const stale = await journalOf(silent, "r", [outcome("a", 1)], owner);
    const mine = await journalOf(silent, "mine");
    await fixture.pass(leaseMs);
    const { journal, run } = await fixture.store.open("r", silentOwner);
    expect(run.records).toHaveLength(1);
    const turn = [stale.append(outcome("b", "stale")), mine.append(outcome("x", 1)), stale.append(ended)];
    expect(await Promise.all(turn.map(ending))).toEqual(["ICE_STORE_FENCED", "done", "ICE_STORE_FENCED"]);
    expect(await ending(stale.append(outcome("c", 3)))).toBe("ICE_STORE_FENCED");
    await journal.append(outcome("b", "new"));
    expect((await fixture.store.read("r")).records).toEqual([outcome("a", 1), outcome("b", "new")]);
    expect(await kindsOf(fixture.store, "mine")).toEqual(["outcome"]);
    expect(owner.notifications).toEqual(["lost ICE_STORE_FENCED"]);
  });

  test("is fenced by its own process too", async () => {
    const silent = await fixture.another(frozen);
    const stale = await journalOf(silent, "r");
    await fixture.pass(leaseMs);
    const { journal } = await fixture.store.open("r", silentOwner);
    await journal.append(suspended);
    const { journal: again } = await silent.open("r", silentOwner);
    expect(again.epoch).toBe(3);
    expect(await ending(stale.append(outcome("b", 1)))).toBe("ICE_STORE_FENCED");
    await again.append(outcome("c", 1));
    expect(await kindsOf(silent)).toEqual(["suspended", "outcome"]);
  });

  test("is fenced by its epoch when its process owns the run again and has as many records", async () => {
    const silent = await fixture.another(frozen);
    const stale = await journalOf(silent, "r", [outcome("a", 1)]);
    await fixture.pass(leaseMs);
    await (await fixture.another(frozen)).open("r", silentOwner);
    await fixture.pass(leaseMs);
    const { journal } = await silent.open("r", silentOwner);
    expect([stale.epoch, journal.epoch]).toEqual([1, 3]);
    expect(await ending(stale.append(outcome("b", "stale")))).toBe("ICE_STORE_FENCED");
    await journal.append(outcome("b", "new"));
    expect((await silent.read("r")).records).toEqual([outcome("a", 1), outcome("b", "new")]);
  });

  test("is not notified of what is meant for the new one", async () => {
    const silent = await fixture.another(frozen);
    const old = listeningOwner();
    await journalOf(silent, "r", [], old);
    await fixture.pass(leaseMs);
    const owner = listeningOwner();
    await fixture.store.open("r", owner);
    await fixture.store.signal("r", { id: "s", path: "a", value: 1, by: null, at: 1 });
    await fixture.store.requestCancel("r", "enough");
    await fixture.pass(200);
    expect([old.notifications, owner.notifications]).toEqual([[], ["signal s", "cancel enough"]]);
  });

  test("of several at once only one takes the run", async () => {
    const silent = await fixture.another(frozen);
    await journalOf(silent, "r");
    await fixture.pass(leaseMs);
    const stores = [fixture.store, await fixture.another(), await fixture.another(), silent];
    const endings = await Promise.all(stores.map((store) => ending(store.open("r", silentOwner))));
    expect(endings.toSorted()).toEqual(["ICE_STORE_OWNED", "ICE_STORE_OWNED", "ICE_STORE_OWNED", "done"]);
  });
});

describe("an owner whose process has ended", () => {
  /** Start times by pid. */
  let alive: Map<number, string>;
  const processes = (pid: number, host = "here") => ({ host, pid, startOf: (other: number) => alive.get(other) });
  beforeEach(() => {
    alive = new Map([
      [1, "10:00"],
      [2, "10:01"],
    ]);
  });

  test("loses its runs at once", async () => {
    const first = await fixture.another({ ...frozen, processes: processes(1) });
    const second = await fixture.another({ processes: processes(2) });
    await journalOf(first, "r");
    expect(await ending(second.open("r", silentOwner))).toBe("ICE_STORE_OWNED");
    alive.delete(1);
    expect((await second.read("r")).status).toBe("interrupted");
    expect(await second.requestCancel("r", "enough")).toBe(false);
    expect((await second.open("r", silentOwner)).journal.epoch).toBe(2);
  });

  test("is not mistaken for a later process with its pid", async () => {
    const first = await fixture.another({ ...frozen, processes: processes(1) });
    await journalOf(first, "r");
    alive.set(1, "12:00");
    const second = await fixture.another({ processes: processes(2) });
    expect((await second.open("r", silentOwner)).journal.epoch).toBe(2);
  });

  test("keeps them until its lease has run out when it was on another machine", async () => {
    const first = await fixture.another({ ...frozen, processes: processes(1, "there") });
    await journalOf(first, "r");
    alive.delete(1);
    const second = await fixture.another({ processes: processes(2) });
    expect(await ending(second.open("r", silentOwner))).toBe("ICE_STORE_OWNED");
    await fixture.pass(leaseMs);
    expect((await second.open("r", silentOwner)).journal.epoch).toBe(2);
  });

  test("is notified without recording anything that it lost the run", async () => {
    const first = await fixture.another({ processes: processes(1) });
    const owner = listeningOwner();
    await journalOf(first, "r", [], owner);
    alive.delete(1);
    const second = await fixture.another({ processes: processes(2) });
    await second.open("r", silentOwner);
    await fixture.pass(200);
    expect(owner.notifications).toEqual(["lost ICE_STORE_FENCED"]);
  });
});

describe("a clock that jumps", () => {
  let skewMs = 0;
  let clock: Clock;
  beforeEach(() => {
    skewMs = 0;
    const { now, setTimer } = fixture.clock;
    clock = { now: () => now() + skewMs, setTimer };
  });
  const hourMs = 3_600_000;

  test.each([hourMs, -hourMs])("by %i ms leaves a living owner its runs", async (jumpMs) => {
    const first = await fixture.another({ clock });
    const second = await fixture.another({ clock });
    const journal = await journalOf(first, "r");
    skewMs = jumpMs;
    // A third of a lease until it is renewed.
    await fixture.pass(leaseMs / 2);
    expect(await ending(second.open("r", silentOwner))).toBe("ICE_STORE_OWNED");
    await journal.append(ended);
    expect(await kindsOf(second)).toEqual(["ended"]);
  });

  test("back does not make a silent owner's lease longer", async () => {
    const silent = await fixture.another({ ...frozen, clock });
    const journal = await journalOf(silent, "r");
    skewMs = -hourMs;
    const second = await fixture.another({ clock });
    expect((await second.open("r", silentOwner)).journal.epoch).toBe(2);
    expect(await ending(journal.append(ended))).toBe("ICE_STORE_FENCED");
  });

  test("does not change how long a lock is waited for", async () => {
    const store = await fixture.another({ ...frozen, clock });
    const journal = await journalOf(store, "r");
    const other = new DatabaseSync(fixture.path);
    other.exec("BEGIN IMMEDIATE");
    const appended = journal.append(outcome("a", 1));
    await fixture.pass(1000);
    skewMs = hourMs;
    await fixture.pass(1000);
    other.close();
    await fixture.pass(100);
    await appended;
    expect(await kindsOf(store)).toEqual(["outcome"]);
  });
});

test("a request to cancel that the owner did not receive before it crashed reaches the next one", async () => {
  const silent = await fixture.another(frozen);
  const journal = await journalOf(silent, "r");
  expect(await fixture.store.requestCancel("r", "enough")).toBe(true);
  await journal.append(suspended);
  const owner = listeningOwner();
  await fixture.store.open("r", owner);
  await fixture.pass(0);
  expect(owner.notifications).toEqual(["cancel enough"]);
});
