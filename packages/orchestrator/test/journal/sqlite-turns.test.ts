import type { RunStore } from "@ice/core";
import { createTimeSlice, type TimeSlice } from "@ice/core/internal";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ended, ending, journalOf, newRun, outcome, silentOwner } from "./sample-run.ts";
import { sqliteFixture, type SqliteFixture } from "./sqlite-fixture.ts";

interface CountingSlice extends TimeSlice {
  readonly pauses: number;
}

/** Over at every look, so that whatever may pause does; it counts the pauses. */
function shortestSlice(): CountingSlice {
  const slice = createTimeSlice({ sliceMs: 0 });
  let pauses = 0;
  return {
    isOver: () => slice.isOver(),
    next() {
      pauses += 1;
      return slice.next();
    },
    continueLater: (work) => slice.continueLater(work),
    get pauses() {
      return pauses;
    },
  };
}

let fixture: SqliteFixture;
let slice: CountingSlice;
let store: RunStore;
beforeEach(async () => {
  fixture = await sqliteFixture();
  slice = shortestSlice();
  store = await fixture.another({ timeSlice: slice });
});
afterEach(() => fixture.close());

const many = (length: number, from = 0) => Array.from({ length }, (_, n) => outcome(`n${from + n}`, n));
const pathsIn = async (from: RunStore, runId: string): Promise<readonly string[]> =>
  (await from.read(runId)).records.flatMap((record) => (record.kind === "outcome" ? [record.path] : []));
const names = (length: number): readonly string[] => Array.from({ length }, (_, n) => `n${n}`);

describe("a reading in pages", () => {
  test("pauses, and gives every record once and in its order", async () => {
    await journalOf(fixture.store, "r", many(950));
    expect(await pathsIn(store, "r")).toEqual(names(950));
    expect(slice.pauses).toBeGreaterThan(50);
  });

  test("sees one state of the run, though another store appends between the pages", async () => {
    const journal = await journalOf(fixture.store, "r", many(500));
    const reading = pathsIn(store, "r");
    for (const record of many(100, 500)) await journal.append(record);
    await journal.append(ended);
    const found = await reading;
    expect(found).toEqual(names(500));
    expect(await store.read("r")).toMatchObject({ status: "completed" });
  });

  test("of a run that is collected meanwhile says that there is none", async () => {
    await journalOf(fixture.store, "r", [...many(500), ended]);
    const reading = ending(store.read("r"));
    expect(await fixture.store.collect({ endedBefore: Infinity })).toMatchObject({ runs: 1 });
    expect(await reading).toBe("ICE_RUN_NOT_FOUND");
  });

  test("takes a run over with all that was recorded before it did", async () => {
    const journal = await journalOf(fixture.store, "r", many(300));
    const opening = store.open("r", silentOwner);
    await journal.append({ kind: "suspended", at: 2500, reason: "waiting" });
    // It was owned when it was read, or it is taken over with its last record.
    const outcomeOfOpening = await opening.then(
      ({ run }) => run.records.length,
      ({ code }: { readonly code: string }) => code,
    );
    expect([301, "ICE_STORE_OWNED"]).toContain(outcomeOfOpening);
    if (outcomeOfOpening !== 301) expect((await store.open("r", silentOwner)).run.records).toHaveLength(301);
  });
});

describe("a commit in slices", () => {
  test("makes what many runs record durable in order, one run in each turn when time is short", async () => {
    const journals = [];
    for (const id of names(40)) journals.push(await journalOf(store, id));
    const before = slice.pauses;
    const settled: string[] = [];
    const appended = journals.map((journal) => journal.append(ended)!.then(() => settled.push(journal.runId)));
    const seen: number[] = [];
    while (settled.length < 40) {
      await new Promise((resolve) => setImmediate(resolve));
      const acknowledged = settled.length;
      seen.push((await fixture.store.list({ status: "completed" })).length);
      expect(seen.at(-1)).toBeGreaterThanOrEqual(acknowledged);
    }
    await Promise.all(appended);
    expect(settled).toEqual(names(40));
    expect(slice.pauses - before).toBeGreaterThan(20);
    // Another process sees more and more of them.
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBeGreaterThan(5);
  });

  test("keeps the order of each run, and of what is written in the same turn", async () => {
    const ids = ["a", "b", "c"];
    const journals = await Promise.all(ids.map((id) => store.create(newRun(id), silentOwner)));
    const appended = many(30).flatMap((record) => journals.map((journal) => journal.append(record)));
    const signal = { id: "s", path: "n0", value: 1, by: null, at: 1 };
    const signalled = store.signal("a", signal);
    for (const durable of appended) await durable;
    expect(await signalled).toMatchObject({ recorded: true });
    for (const id of ids) expect(await pathsIn(fixture.store, id)).toEqual(names(30));
  });

  test("leaves out a job that refuses, and goes on with the next", async () => {
    await journalOf(store, "taken");
    const tries = ["a", "taken", "b", "missing", "c"].map((id) =>
      ending(
        id === "missing"
          ? store.signal(id, { id: "s", path: "x", value: 1, by: null, at: 1 })
          : store.create(newRun(id), silentOwner),
      ),
    );
    expect(await Promise.all(tries)).toEqual(["done", "ICE_RUN_EXISTS", "done", "ICE_RUN_NOT_FOUND", "done"]);
  });

  test("is finished before the store is closed", async () => {
    const journal = await journalOf(store, "r");
    const appended = many(40).map((record) => ending(journal.append(record)));
    await fixture.clock.runUntil(store.close());
    expect(new Set(await Promise.all(appended))).toEqual(new Set(["done"]));
    expect(await pathsIn(fixture.store, "r")).toEqual(names(40));
  });
});

test("old runs are collected in slices, and all of them", async () => {
  for (const n of names(30)) await journalOf(fixture.store, n, [ended]);
  await journalOf(fixture.store, "kept", many(1));
  expect(await store.collect({ endedBefore: Infinity })).toMatchObject({ runs: 30 });
  expect(slice.pauses).toBeGreaterThan(10);
  expect((await store.list()).map(({ runId }) => runId)).toEqual(["kept"]);
});
