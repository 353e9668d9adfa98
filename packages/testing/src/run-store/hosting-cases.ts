import assert from "node:assert/strict";
import type { RunStore, RunToHost } from "@ice/core";
import {
  endedRecord,
  namedSignal,
  outcomeOf,
  recordingOwner,
  sampleRun,
  sampleSignal,
  suspendedRecord,
  suspendedUntil,
} from "./sample-run.ts";
import { anotherOf, assertRefused, type RunStoreCase } from "./run-store-case.ts";

/** Runs that a host continues. */
export const hostingCases: readonly RunStoreCase[] = [
  {
    name: "a run is hosted if its head says so, or once it is adopted",
    async check({ store }) {
      await store.create(sampleRun("a", { hosted: true }), recordingOwner());
      await store.create(sampleRun("b"), recordingOwner());
      assert.deepEqual([(await store.summary("a")).hosted, (await store.read("a")).hosted], [true, true]);
      assert(!Object.hasOwn(await store.summary("b"), "hosted"), "hosted is present");
      await store.hosting.adopt("b");
      await store.hosting.adopt("b");
      assert.deepEqual([(await store.summary("b")).hosted, (await store.read("b")).hosted], [true, true]);
      await assertRefused(store.hosting.adopt("missing"), "ICE_RUN_NOT_FOUND");
    },
  },
  {
    name: "runs in progress, ended runs, and runs that are not hosted are left alone",
    async check({ store }) {
      await store.create(sampleRun("inProgress", { hosted: true }), recordingOwner());
      const ended = await store.create(sampleRun("ended", { hosted: true }), recordingOwner());
      await ended.append(endedRecord);
      await suspended(store, "notHosted", { until: 5000, hosted: false });
      await store.signal("notHosted", sampleSignal("s"));
      assert.deepEqual(await toContinue(store, 9000), []);
    },
  },
  {
    name: "an interrupted run can go on, and a suspended one at its time, the earliest first",
    async check({ store }) {
      const left = await store.create(sampleRun("left", { hosted: true }), recordingOwner());
      await left.append({ ...suspendedRecord, reason: "interrupted" });
      for (const [runId, until] of Object.entries({ c: 7000, a: 5000, b: 6000 }))
        await suspended(store, runId, { until });
      await suspended(store, "never");
      assert.deepEqual(await toContinue(store, 4999), ["left interrupted"]);
      assert.deepEqual(await toContinue(store, 6000), ["left interrupted", "a due", "b due"]);
      assert.equal(await store.hosting.nextDue(), 5000);
      const { journal } = await store.open("a", recordingOwner());
      await journal.append({ kind: "resumed", at: 2600 });
      assert.deepEqual(await toContinue(store, 6000), ["left interrupted", "b due"]);
      assert.equal(await store.hosting.nextDue(), 6000);
    },
  },
  {
    name: "a suspended run can go on when a signal has arrived since, until a host has looked at it",
    async check({ store }) {
      await suspended(store, "r");
      assert.deepEqual(await toContinue(store), []);
      await store.signal("r", namedSignal("n"));
      await store.signal("r", sampleSignal("s"));
      const [run] = await store.hosting.toContinue(0, 10);
      assert.deepEqual(run, { tenant: "default", runId: "r", why: "signalled", signals: 2 });
      await store.hosting.keepWaiting(run);
      assert.deepEqual(await toContinue(store), []);
      await store.signal("r", sampleSignal("s")); // the same once more
      assert.deepEqual(await toContinue(store), []);
      await store.signal("r", sampleSignal("t"));
      assert.deepEqual(await toContinue(store), ["r signalled"]);
    },
  },
  {
    name: "signals that the owner knew when it suspended the run do not count, those that came just before do",
    async check({ store, pass }) {
      const owner = recordingOwner();
      const journal = await store.create(sampleRun("r", { hosted: true }), owner);
      await store.signal("r", sampleSignal("known"));
      await pass(500);
      assert.equal(owner.signals.length, 1);
      await journal.append(suspendedRecord);
      assert.deepEqual(await toContinue(store), []);
    },
  },
  {
    name: "nothing is due if no hosted run waits for a time",
    async check({ store }) {
      await suspended(store, "notHosted", { until: 5000, hosted: false });
      await suspended(store, "never");
      assert.equal(await store.hosting.nextDue(), undefined);
    },
  },
  {
    name: "at most so many of each kind are returned, of all tenants",
    async check({ store }) {
      for (const tenant of ["default", "acme"])
        for (const n of [1, 2]) await suspended(store.forTenant(tenant), `r${n}`, { until: 5000 + n });
      assert.equal((await store.hosting.toContinue(9000, 3)).length, 3);
      const all = await store.hosting.toContinue(9000, 10);
      assert.deepEqual(all.map(({ tenant, runId }) => `${tenant} ${runId}`).toSorted(), [
        "acme r1",
        "acme r2",
        "default r1",
        "default r2",
      ]);
      assert.deepEqual(await store.forTenant("acme").hosting.toContinue(9000, 10), all);
    },
  },
  {
    name: "hosts are notified of every change in the store",
    async check({ store, pass }) {
      let calls = 0;
      const stop = store.forTenant("acme").hosting.watch(() => void (calls += 1));
      await suspended(store, "r");
      await pass(100);
      assert(calls > 0, "not notified of a run");
      calls = 0;
      await store.signal("r", sampleSignal("s"));
      await pass(100);
      assert(calls > 0, "not notified of a signal");
      stop();
      calls = 0;
      await store.signal("r", sampleSignal("t"));
      await pass(100);
      assert.equal(calls, 0);
    },
  },
  {
    name: "a run of another instance is left to it, and is interrupted when that has gone",
    several: true,
    async check(fixture) {
      const { store, pass } = fixture;
      const other = await anotherOf(fixture);
      let calls = 0;
      const stop = store.hosting.watch(() => void (calls += 1));
      const journal = await other.create(sampleRun("r", { hosted: true }), recordingOwner());
      await journal.append(outcomeOf("a", 1));
      await pass(100);
      assert(calls > 0, "not notified of another instance");
      assert.deepEqual(await toContinue(store), []);
      await other.close();
      assert.deepEqual(await toContinue(store), ["r interrupted"]);
      stop();
    },
  },
];

/** Begins a hosted run and suspends it. */
async function suspended(
  store: RunStore,
  runId: string,
  { until, hosted = true }: { readonly until?: number; readonly hosted?: boolean } = {},
): Promise<void> {
  const head = sampleRun(runId, { tenant: store.tenant, ...(hosted && { hosted: true }) });
  const journal = await store.create(head, recordingOwner());
  await journal.append(until === undefined ? suspendedRecord : suspendedUntil(until));
}

const toContinue = async (store: RunStore, now = 0): Promise<readonly string[]> =>
  (await store.hosting.toContinue(now, 100)).map(({ runId, why }: RunToHost) => `${runId} ${why}`);
