import assert from "node:assert/strict";
import { endedRecord, recordingOwner, sampleRun, suspendedRecord, suspendedUntil } from "./sample-run.ts";
import { anotherOf, type RunStoreCase } from "./run-store-case.ts";

/** Longer than an owner takes to notice a request of another process. */
const pollMs = 1000;

/** Requests to cancel a run. One that was accepted is carried out, by whichever owner. */
export const cancelCases: readonly RunStoreCase[] = [
  {
    name: "the owner is asked to cancel, once, with the first reason",
    async check({ store, pass }) {
      const owner = recordingOwner();
      await store.create(sampleRun("a"), owner);
      assert.equal(await store.requestCancel("a", "enough"), true);
      assert.equal(await store.requestCancel("a", "really"), true);
      await pass(pollMs);
      assert.deepEqual(owner.cancels, ["enough"]);
    },
  },
  {
    name: "a request to cancel a run that is then suspended reaches the next owner, with the first reason",
    async check({ store, pass }) {
      const first = recordingOwner();
      const journal = await store.create(sampleRun("a"), first);
      await store.requestCancel("a", "enough");
      await pass(pollMs);
      await journal.append({ ...suspendedRecord, reason: "interrupted" });
      const owner = recordingOwner();
      await store.open("a", owner);
      assert.equal(await store.requestCancel("a", "really"), true);
      await pass(pollMs);
      assert.deepEqual([first.cancels, owner.cancels], [["enough"], ["enough"]]);
    },
  },
  {
    name: "a run that is suspended although it was asked to cancel is interrupted, and the next owner is asked",
    async check({ store, pass }) {
      const journal = await store.create(sampleRun("a", { hosted: true }), recordingOwner());
      assert.equal(await store.requestCancel("a", "enough"), true);
      await journal.append(suspendedUntil(9000));
      const [listed] = await store.list({ status: "interrupted" });
      assert.deepEqual([listed?.runId, (await store.read("a")).status], ["a", "interrupted"]);
      const [run] = await store.hosting.toContinue(0, 10);
      assert.deepEqual([run?.runId, run?.why], ["a", "interrupted"]);
      const owner = recordingOwner();
      await store.open("a", owner);
      await pass(pollMs);
      assert.deepEqual(owner.cancels, ["enough"]);
    },
  },
  {
    name: "a run that is suspended while another instance asks to cancel it is interrupted, or no owner was asked",
    several: true,
    async check(fixture) {
      const other = await anotherOf(fixture);
      for (let n = 0; n < 24; n += 1) {
        const id = `r${n}`;
        const journal = await fixture.store.create(sampleRun(id), recordingOwner());
        const asks = other.requestCancel(id, "enough");
        for (let turn = 0; turn < n % 6; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        await journal.append(suspendedRecord);
        const expected = (await asks) ? "interrupted" : "suspended";
        assert.equal((await other.summary(id)).status, expected);
      }
    },
  },
  {
    name: "a suspended run that was opened and asked to cancel can go on when its owner has gone",
    several: true,
    async check(fixture) {
      const { store } = fixture;
      await (await store.create(sampleRun("a", { hosted: true }), recordingOwner())).append(suspendedRecord);
      await store.open("a", recordingOwner());
      const other = await anotherOf(fixture);
      assert.equal(await other.requestCancel("a", "enough"), true);
      await store.close();
      const [run] = await other.hosting.toContinue(0, 10);
      assert.deepEqual([run?.runId, run?.why, (await other.read("a")).status], ["a", "interrupted", "interrupted"]);
    },
  },
  {
    name: "no owner is asked to cancel a run that has none",
    async check({ store }) {
      for (const [id, last] of [
        ["a", suspendedRecord],
        ["b", endedRecord],
      ] as const)
        await (await store.create(sampleRun(id), recordingOwner())).append(last);
      for (const id of ["a", "b", "missing"]) assert.equal(await store.requestCancel(id, "enough"), false);
    },
  },
  {
    name: "another instance can ask the owner to cancel",
    several: true,
    async check(fixture) {
      const owner = recordingOwner();
      await fixture.store.create(sampleRun("a"), owner);
      const other = await anotherOf(fixture);
      assert.equal(await other.requestCancel("a", "enough"), true);
      await fixture.pass(pollMs);
      await fixture.pass(pollMs);
      assert.deepEqual(owner.cancels, ["enough"]);
    },
  },
  {
    name: "an owner that looks for signals is notified of a request to cancel",
    several: true,
    async check(fixture) {
      const owner = recordingOwner();
      await fixture.store.create(sampleRun("a"), owner);
      await (await anotherOf(fixture)).requestCancel("a", "enough");
      await fixture.store.signals("a");
      assert.deepEqual(owner.cancels, ["enough"]);
    },
  },
];
