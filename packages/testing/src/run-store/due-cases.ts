import assert from "node:assert/strict";
import type { ListQuery, NewRun, RunStore } from "@ice/core";
import { endedRecord, outcomeOf, recordingOwner, sampleRun, suspendedRecord, suspendedUntil } from "./sample-run.ts";
import { anotherOf, type RunStoreCase } from "./run-store-case.ts";

/** Suspended runs in which something goes on by itself, which a process continues when the time has come. */
export const dueCases: readonly RunStoreCase[] = [
  {
    name: "a suspended run shows when it goes on by itself, until it goes on or ends",
    async check({ store }) {
      const resumeAt = async (): Promise<unknown> => {
        const [listed, summary] = [(await store.list())[0], await store.summary("r")];
        assert.deepEqual(listed, summary);
        return summary.resumeAt;
      };
      const first = await store.create(sampleRun("r"), recordingOwner());
      assert.equal(await resumeAt(), undefined);
      await first.append(suspendedUntil(5000));
      assert.equal(await resumeAt(), 5000);
      const { journal: second } = await store.open("r", recordingOwner());
      await second.append({ kind: "resumed", at: 2600 });
      assert.equal(await resumeAt(), undefined);
      await second.append(suspendedUntil(7000));
      assert.equal(await resumeAt(), 7000);
      const { journal: third } = await store.open("r", recordingOwner());
      await third.append({ kind: "resumed", at: 2700 });
      await third.append(suspendedRecord);
      assert.equal(await resumeAt(), undefined);
      assert(!Object.hasOwn(await store.summary("r"), "resumeAt"), "resumeAt is undefined instead of absent");
      const { journal: last } = await store.open("r", recordingOwner());
      await last.append(endedRecord);
      assert.equal(await resumeAt(), undefined);
    },
  },
  {
    name: "the runs that are due are listed, the earliest first; at their time, not before",
    async check({ store }) {
      for (const [runId, time] of Object.entries({ c: 7000, a: 5000, d: 9000, b: 6000 }))
        await suspend(store, runId, time);
      await suspend(store, "never");
      assert.deepEqual(await due(store, 4999), []);
      assert.deepEqual(await due(store, 5000), ["a"]);
      assert.deepEqual(await due(store, 5000.5), ["a"]);
      assert.deepEqual(await due(store, 7000), ["a", "b", "c"]);
      assert.deepEqual(await due(store, Number.MAX_SAFE_INTEGER), ["a", "b", "c", "d"]);
      assert.deepEqual(await store.list({ dueBy: 5000 }), [await store.summary("a")]);
    },
  },
  {
    name: "a list of due runs has at most the requested number, by default 100",
    async check({ store }) {
      const all = Array.from({ length: 300 }, (_, n) => `r${n}`);
      for (const [n, runId] of all.entries()) await suspend(store, runId, 9000 - n);
      assert.deepEqual(await due(store, 9000, { limit: 1 }), ["r299"]);
      assert.deepEqual(await due(store, 9000), all.toReversed().slice(0, 100));
      assert.deepEqual(await due(store, 9000, { limit: 250 }), all.toReversed().slice(0, 250));
      assert.deepEqual(await due(store, 9000, { limit: 1e9 }), all.toReversed());
      for (const limit of [0, -1]) assert.deepEqual(await due(store, 9000, { limit }), []);
    },
  },
  {
    name: "due runs of the same time are all listed, once",
    async check({ store }) {
      const all = Array.from({ length: 450 }, (_, n) => `r${n}`);
      for (const runId of all) await suspend(store, runId, 5000);
      assert.deepEqual((await due(store, 5000, { limit: 1000 })).toSorted(), all.toSorted());
    },
  },
  {
    name: "only suspended runs are due: none that has gone on, was interrupted, or has ended",
    async check({ store }) {
      for (const runId of ["goesOn", "ended", "interrupted", "due"]) await suspend(store, runId, 5000);
      for (const runId of ["goesOn", "ended", "interrupted"]) {
        const { journal } = await store.open(runId, recordingOwner());
        await journal.append({ kind: "resumed", at: 2600 });
        if (runId === "ended") await journal.append(endedRecord);
        if (runId === "interrupted") await journal.append({ ...suspendedUntil(5000), reason: "interrupted" });
      }
      assert.deepEqual(await due(store, 9000), ["due"]);
      assert.deepEqual(await due(store, 9000, { status: "suspended" }), ["due"]);
      for (const status of ["running", "interrupted", "completed"] as const)
        assert.deepEqual(await due(store, 9000, { status }), []);
    },
  },
  {
    name: "a due run that has an owner is not listed, however many there are, and is due again if the owner suspends it",
    async check({ store }) {
      for (let n = 0; n < 230; n += 1) await suspend(store, `owned${n}`, 5000);
      await suspend(store, "free", 6000);
      const journals = [];
      for (let n = 0; n < 230; n += 1) journals.push((await store.open(`owned${n}`, recordingOwner())).journal);
      assert.deepEqual(await due(store, 9000, { limit: 1 }), ["free"]);
      await journals[7]!.append(suspendedUntil(8000));
      assert.deepEqual(await due(store, 9000), ["free", "owned7"]);
    },
  },
  {
    name: "due runs can be filtered by workflow",
    async check({ store }) {
      await suspend(store, "a", 5000);
      await suspend(store, "b", 4000, { workflow: "other" });
      assert.deepEqual(await due(store, 9000, { workflow: "demo" }), ["a"]);
      assert.deepEqual(await due(store, 9000, { workflow: "other" }), ["b"]);
      assert.deepEqual(await due(store, 9000, { workflow: "missing" }), []);
    },
  },
  {
    name: "the due runs of other tenants are not listed",
    async check({ store }) {
      const acme = store.forTenant("acme");
      await suspend(store, "a", 5000);
      await suspend(acme, "b", 4000);
      assert.deepEqual([await due(store, 9000), await due(acme, 9000)], [["a"], ["b"]]);
    },
  },
  {
    name: "a due run is listed by another instance, unless it has an owner; and again when the owner has left",
    several: true,
    async check(fixture) {
      const { store } = fixture;
      const other = await anotherOf(fixture);
      await suspend(store, "a", 5000);
      assert.deepEqual(await due(other, 5000), ["a"]);
      const { journal } = await store.open("a", recordingOwner());
      await journal.append(outcomeOf("x", 1));
      assert.deepEqual(await due(other, 5000), []);
      await store.close();
      assert.deepEqual(await due(other, 5000), ["a"]);
    },
  },
];

/** Begins a run and suspends it. */
async function suspend(store: RunStore, runId: string, until?: number, run: Partial<NewRun> = {}): Promise<void> {
  const journal = await store.create(sampleRun(runId, run), recordingOwner());
  await journal.append(until === undefined ? suspendedRecord : suspendedUntil(until));
}

const due = async (store: RunStore, dueBy: number, query: ListQuery = {}): Promise<readonly string[]> =>
  (await store.list({ ...query, dueBy })).map(({ runId }) => runId);
