import type { JournalRecord, NewRun, RunOwner, Signal } from "@ice/core";
import { expect, test } from "vitest";
import { createFakeClock } from "../runtime/fake-clock.ts";
import { createDisk } from "./disk.ts";
import type { StoreFault } from "./process-options.ts";

const run: NewRun = {
  runId: "r",
  workflow: "w",
  version: "1.0.0",
  kind: "workflow",
  startedAt: 0,
  document: { hash: "h", data: {} },
  inputs: {},
  options: {},
};
const owner: RunOwner = { onSignal() {}, onCancel() {}, onLost() {} };
const outcome = (path: string): JournalRecord => ({
  kind: "outcome",
  at: 0,
  path,
  node: { type: "tool", status: "completed", attempts: 1 },
});
const signal: Signal = { id: "h#1", path: "h", value: true, by: null, at: 0 };

/** Durable records of a run, as paths or kinds. */
const shown = (records: readonly JournalRecord[]): string[] =>
  records.map((record) => (record.kind === "outcome" ? record.path : record.kind));

test("durable records survive the process, in order; the others are lost", async () => {
  const clock = createFakeClock(0);
  const disk = createDisk();
  const first = disk.connect({ commit: { clock, delayMs: () => 10 } });
  const journal = await clock.runUntil(first.create(run, owner));
  const settled: string[] = [];
  void journal.append(outcome("a"))?.then(() => settled.push("a"));
  await clock.advance(5);
  void journal.append(outcome("b"))?.then(() => settled.push("b"));
  await clock.advance(5);
  void journal.append(outcome("c"))?.then(() => settled.push("c"));
  first.kill();
  await clock.advance(100);
  expect([settled, shown(disk.records("r"))]).toEqual([
    ["a", "b"],
    ["a", "b"],
  ]);

  const second = disk.connect();
  const taken = await second.open("r", owner);
  expect([taken.journal.epoch, taken.run.status, shown(taken.run.records)]).toEqual([2, "running", ["a", "b"]]);
  expect(taken.journal.append(outcome("d"))).toBeUndefined();
  await expect(second.open("r", owner)).rejects.toMatchObject({ code: "ICE_STORE_OWNED" });
});

test.each<[StoreFault, string[]]>([
  ["crashBefore", []],
  ["crashAfter", ["a", "b"]],
])("%s: the process never learns the outcome", async (fault, left) => {
  const clock = createFakeClock(0);
  const disk = createDisk();
  let died = 0;
  const store = disk.connect({
    commit: { clock, delayMs: () => 10 },
    fault: ({ nth }) => (nth === 3 ? fault : "keep"),
    onCrash: () => (died += 1),
  });
  const journal = await clock.runUntil(store.create(run, owner));
  let answers = 0;
  for (const path of ["a", "b"]) void journal.append(outcome(path))?.finally(() => (answers += 1));
  void store.read("r").finally(() => (answers += 1));
  await clock.advance(100);
  expect([shown(disk.records("r")), died, answers]).toEqual([left, 1, 0]);
});

test("a rejected journal is lost with everything not yet durable; another owner continues", async () => {
  const clock = createFakeClock(0);
  const disk = createDisk();
  const store = disk.connect({
    commit: { clock, delayMs: () => 10 },
    fault: ({ nth }) => (nth === 3 ? "reject" : "keep"),
  });
  const journal = await clock.runUntil(store.create(run, owner));
  const ends = await Promise.allSettled(["a", "b", "c"].map(async (path) => journal.append(outcome(path))));
  expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(disk.records("r")).toEqual([]);
  expect((await clock.runUntil(store.open("r", owner))).journal.epoch).toBe(2);
});

test("a process that has released a run cannot append any more, which is reported", async () => {
  const strays: JournalRecord[] = [];
  const disk = createDisk();
  const store = disk.connect({ onLateAppend: (record) => strays.push(record) });
  const journal = await store.create(run, owner);
  await journal.append({ kind: "suspended", at: 0, reason: "waiting" });
  await expect(journal.append(outcome("a"))).rejects.toMatchObject({ code: "ICE_STORE_FENCED" });
  expect([shown(strays), (await store.read("r")).status]).toEqual([["a"], "suspended"]);
});

test("the first signal with an id wins, even one sent before the run exists", async () => {
  const disk = createDisk();
  disk.signal("r", signal);
  disk.signal("r", { ...signal, by: "late" });
  const store = disk.connect();
  const notifications: Signal[] = [];
  await store.create(run, { ...owner, onSignal: (one) => notifications.push(one) });
  expect(await store.signal("r", { ...signal, by: "later" })).toEqual({ recorded: false, signal });
  await store.signal("r", { ...signal, id: "h#2" });
  expect(notifications.map(({ id }) => id)).toEqual(["h#1", "h#2"]);
  expect((await store.read("r")).signals.map(({ by }) => by)).toEqual([null, null]);
});

test("a record that does not match its schema is refused, as by the file store", async () => {
  const disk = createDisk();
  const journal = await disk.connect().create(run, owner);
  expect(() => journal.append({ ...outcome("a"), more: 1 } as never)).toThrow("more");
});
