import assert from "node:assert/strict";
import type { RunStore } from "@ice/core";
import { endedRecord, outcomeOf, recordingOwner, sampleRun, suspendedRecord } from "./sample-run.ts";
import type { RunStoreCase } from "./run-store-case.ts";

/** Suspended runs that go on by themselves at some time. */
export const dueCases: readonly RunStoreCase[] = [
  {
    name: "a suspended run is due from the time that its record names; the earliest is the first",
    async check({ store }) {
      await suspended(store, "late", 9000);
      await suspended(store, "soon", 5000);
      await suspended(store, "fraction", 5000.25);
      await suspended(store, "never", undefined);
      assert.deepEqual(await due(store, 4999), []);
      assert.deepEqual(await due(store, 5000), ["soon"]);
      assert.deepEqual(await due(store, 8999), ["soon", "fraction"]);
      assert.deepEqual(await due(store, Number.MAX_SAFE_INTEGER), ["soon", "fraction", "late"]);
      assert.deepEqual(await due(store, 9000, 2), ["soon", "fraction"]);
      const summaries = [await store.summary("late"), await store.summary("never")];
      assert.deepEqual([summaries[0]!.resumeAt, "resumeAt" in summaries[1]!], [9000, false]);
      assert.equal((await store.list({ dueBy: 5000 }))[0]!.resumeAt, 5000);
    },
  },
  {
    name: "a run that is continued or has ended is not due, until it is suspended again",
    async check({ store }) {
      await suspended(store, "r", 5000);
      const { journal } = await store.open("r", recordingOwner());
      await journal.append({ kind: "resumed", at: 6000 });
      await journal.append(outcomeOf("x", 1, 6001));
      assert.deepEqual([await due(store, 9000), "resumeAt" in (await store.summary("r"))], [[], false]);
      await journal.append({ ...suspendedRecord, at: 6002, resumeAt: 7000 });
      assert.deepEqual(await due(store, 9000), ["r"]);
      const { journal: last } = await store.open("r", recordingOwner());
      await last.append({ kind: "resumed", at: 8000 });
      await last.append({ ...endedRecord, at: 8001 });
      assert.deepEqual([await due(store, 9000), "resumeAt" in (await store.summary("r"))], [[], false]);
    },
  },
  {
    name: "the due runs of a tenant are its own",
    async check({ store }) {
      const acme = store.forTenant("acme");
      await suspended(store, "r", 5000);
      await suspended(acme, "a", 4000);
      assert.deepEqual([await due(store, 9000), await due(acme, 9000)], [["r"], ["a"]]);
    },
  },
];

async function suspended(store: RunStore, runId: string, resumeAt: number | undefined): Promise<void> {
  const journal = await store.create(sampleRun(runId), recordingOwner());
  await journal.append({ ...suspendedRecord, ...(resumeAt !== undefined && { resumeAt }) });
}

const due = async (store: RunStore, dueBy: number, limit?: number): Promise<readonly string[]> =>
  (await store.list({ dueBy, limit })).map(({ runId }) => runId);
