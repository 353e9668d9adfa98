import type { JournalRecord } from "@ice/core";
import { describe, expect, test } from "vitest";
import {
  ended,
  journalOf,
  listeningOwner,
  newRun,
  outcome,
  silentOwner,
  suspended,
} from "../../test/journal/sample-run.ts";
import { MemoryRunStore } from "./memory-run-store.ts";

const idsOf = async (store: MemoryRunStore): Promise<string[]> =>
  (await store.list({ limit: 1e6 })).map(({ runId }) => runId).toSorted((a, b) => a.localeCompare(b));

/** A run with this many records, the last of which is its end. */
async function endedRun(store: MemoryRunStore, runId: string, records = 1): Promise<void> {
  const journal = await journalOf(store, runId);
  const node = outcome("n", null);
  for (let count = 1; count < records; count += 1) void journal.append(node);
  void journal.append(ended);
}

describe("ended runs in memory", () => {
  test("are kept up to a hundred, the first to end goes first, and what has not ended stays", async () => {
    const store = new MemoryRunStore();
    const waiting = await journalOf(store, "waiting");
    await journalOf(store, "suspended", [suspended]);
    const late = await journalOf(store, "late");
    for (let run = 1; run <= 100; run += 1) await endedRun(store, `r${run}`);
    expect(await idsOf(store)).toHaveLength(103);
    void late.append(ended);
    expect(await idsOf(store)).toHaveLength(102);
    await expect(store.read("r1")).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
    expect((await store.read("late")).status).toBe("completed");
    void waiting.append(ended);
    await expect(store.read("r2")).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
    expect((await store.read("suspended")).status).toBe("suspended");
  });

  test("are kept up to 10,000 records in all, the last one however many it has", async () => {
    const store = new MemoryRunStore();
    await endedRun(store, "a", 6_000);
    await endedRun(store, "b", 4_000);
    expect(await idsOf(store)).toEqual(["a", "b"]);
    await endedRun(store, "c", 1);
    expect(await idsOf(store)).toEqual(["b", "c"]);
    await endedRun(store, "d", 10_001);
    expect(await idsOf(store)).toEqual(["d"]);
    await endedRun(store, "e", 1);
    expect(await idsOf(store)).toEqual(["e"]);
  });

  test("that are collected leave their room to others", async () => {
    const store = new MemoryRunStore();
    await endedRun(store, "a", 6_000);
    expect(await store.collect({ endedBefore: 4000 })).toEqual({ runs: 1, blobs: 0 });
    await endedRun(store, "b", 6_000);
    await endedRun(store, "c", 4_000);
    expect(await idsOf(store)).toEqual(["b", "c"]);
  });

  test("are listed with their end", async () => {
    const store = new MemoryRunStore();
    await endedRun(store, "a");
    await journalOf(store, "b", [suspended]);
    expect(await store.list()).toEqual([
      {
        runId: "b",
        workflow: "demo",
        version: "0.1.0",
        kind: "workflow",
        status: "suspended",
        startedAt: 1000,
        updatedAt: 2500,
        nodes: 0,
      },
      {
        runId: "a",
        workflow: "demo",
        version: "0.1.0",
        kind: "workflow",
        status: "completed",
        startedAt: 1000,
        updatedAt: 3000,
        endedAt: 3000,
        nodes: 0,
      },
    ]);
  });
});

test("errors say what is wrong and what to do", async () => {
  const store = new MemoryRunStore();
  const journal = await journalOf(store, "a");
  await expect(store.create(newRun("a"), silentOwner)).rejects.toMatchObject({
    message: 'A run with the id "a" already exists.',
    fix: "choose another run id",
  });
  await expect(store.open("a", silentOwner)).rejects.toMatchObject({
    message: 'The run "a" is in progress in this process.',
    fix: "wait until it ends or suspends",
    details: { runId: "a" },
  });
  await expect(store.read("b")).rejects.toMatchObject({
    message: 'No run has the id "b".',
    fix: "list the stored runs with WorkflowExecutionService.list()",
    details: { runId: "b" },
  });
  void journal.append(suspended);
  await store.open("a", silentOwner);
  await expect(journal.append(outcome("n", 1))).rejects.toMatchObject({
    message: 'Nothing can be recorded for run "a": this owner has released it, or lost it to another owner.',
    fix: "look at the run with WorkflowExecutionService.show()",
    details: { runId: "a", epoch: 1 },
  });
  await store.close();
  for (const refused of [store.read("a"), store.collect({ endedBefore: 0 }), journal.append(ended)])
    await expect(refused).rejects.toMatchObject({
      code: "ICE_STORE_UNAVAILABLE",
      message: "The store memory: is closed.",
      fix: "open the store again",
    });
});

test("idle runs are collected only if they are old and not owned", async () => {
  const store = new MemoryRunStore();
  await journalOf(store, "running", [outcome("n", 1, 2000)]);
  await journalOf(store, "idle", [suspended]);
  expect((await store.collect({ endedBefore: 9000, idleBefore: 2500 })).runs).toBe(0);
  expect((await store.collect({ endedBefore: 9000, idleBefore: 2501 })).runs).toBe(1);
  expect(await idsOf(store)).toEqual(["running"]);
});

test("an owner hears each signal and one request to cancel; a run without one cannot be cancelled", async () => {
  const store = new MemoryRunStore();
  const owner = listeningOwner();
  const journal = await journalOf(store, "a", [], owner);
  const signal = (id: string) => ({ id, path: "n", value: 1, by: null, at: 1 });
  expect((await store.signal("a", signal("s"))).recorded).toBe(true);
  expect((await store.signal("a", signal("s"))).recorded).toBe(false);
  expect([await store.requestCancel("a", "enough"), await store.requestCancel("a", "really")]).toEqual([true, true]);
  expect(owner.notifications).toEqual(["signal s", "cancel enough"]);
  void journal.append(suspended as JournalRecord);
  expect([await store.requestCancel("a", "late"), await store.requestCancel("b", "none")]).toEqual([false, false]);
});
