import assert from "node:assert/strict";
import { endedRecord, recordingOwner, sampleRun, sampleSignal, suspendedRecord } from "./sample-run.ts";
import { anotherOf, assertRefused, type RunStoreCase } from "./run-store-case.ts";

/** Longer than an owner takes to notice signals from another process. */
const pollMs = 1000;

/** Messages to a run from outside. */
export const signalCases: readonly RunStoreCase[] = [
  {
    name: "a signal is kept and delivered to the owner, whether or not a node waits for it",
    async check({ store, pass }) {
      const owner = recordingOwner();
      await store.create(sampleRun("a"), owner);
      const receipt = await store.signal("a", sampleSignal("s1"));
      assert.deepEqual(receipt, { recorded: true, signal: sampleSignal("s1") });
      await store.signal("a", sampleSignal("s2", { value: null, by: null }));
      const both = [sampleSignal("s1"), sampleSignal("s2", { value: null, by: null })];
      await pass(pollMs);
      assert.deepEqual(owner.signals, both);
      assert.deepEqual((await store.read("a")).signals, both);
    },
  },
  {
    name: "the first signal with an id counts, and the owner is notified once",
    async check({ store, pass }) {
      const owner = recordingOwner();
      await store.create(sampleRun("a"), owner);
      await store.signal("a", sampleSignal("s", { value: "first" }));
      const second = await store.signal("a", sampleSignal("s", { value: "second", by: "bob" }));
      assert.deepEqual(second, { recorded: false, signal: sampleSignal("s", { value: "first" }) });
      // The store decides, not the content: a repeated signal is not recorded either.
      const third = await store.signal("a", sampleSignal("s", { value: "first" }));
      assert.deepEqual(third, { recorded: false, signal: sampleSignal("s", { value: "first" }) });
      await pass(pollMs);
      assert.deepEqual(owner.signals, [sampleSignal("s", { value: "first" })]);
      assert.deepEqual((await store.read("a")).signals, [sampleSignal("s", { value: "first" })]);
    },
  },
  {
    name: "of simultaneous signals with one id, one is recorded, and all callers receive it",
    async check({ store, pass }) {
      const owner = recordingOwner();
      await store.create(sampleRun("a"), owner);
      const receipts = await Promise.all(
        Array.from({ length: 10 }, (_, n) => store.signal("a", sampleSignal("s", { value: n }))),
      );
      const winner = receipts.findIndex(({ recorded }) => recorded);
      assert.equal(receipts.filter(({ recorded }) => recorded).length, 1);
      for (const { signal } of receipts) assert.deepEqual(signal, sampleSignal("s", { value: winner }));
      await pass(pollMs);
      assert.deepEqual(owner.signals, [sampleSignal("s", { value: winner })]);
    },
  },
  {
    name: "the same id in another run is another signal",
    async check({ store }) {
      for (const id of ["a", "b"]) await store.create(sampleRun(id), recordingOwner());
      await store.signal("a", sampleSignal("s", { value: 1 }));
      assert.equal((await store.signal("b", sampleSignal("s", { value: 2 }))).signal.value, 2);
    },
  },
  {
    name: "signals with a name are apart from answers: each may have the id of the other",
    async check({ store, pass }) {
      const owner = recordingOwner();
      await store.create(sampleRun("a"), owner);
      const named = sampleSignal("s", { name: "paid", path: "", value: [1] });
      const all = [sampleSignal("s"), named, sampleSignal("approve#1"), { ...named, id: "approve#1" }];
      for (const signal of all) assert.equal((await store.signal("a", signal)).recorded, true);
      const again = await store.signal("a", { ...named, name: "other", value: null });
      assert.deepEqual(again, { recorded: false, signal: named });
      await pass(pollMs);
      assert.deepEqual([await store.signals("a"), owner.signals], [all, all]);
      assert.deepEqual((await store.read("a")).signals, all);
      await assertRefused(store.signals("missing"), "ICE_RUN_NOT_FOUND");
    },
  },
  {
    name: "a signal for a suspended run is found by its next owner, which is not notified again",
    async check({ store, pass }) {
      const first = recordingOwner();
      const journal = await store.create(sampleRun("a"), first);
      await store.signal("a", sampleSignal("before"));
      await journal.append(suspendedRecord);
      await store.signal("a", sampleSignal("meanwhile"));
      const owner = recordingOwner();
      const { run } = await store.open("a", owner);
      assert.deepEqual(run.signals, [sampleSignal("before"), sampleSignal("meanwhile")]);
      await pass(pollMs);
      assert.deepEqual(owner.signals, []);
      await store.signal("a", sampleSignal("after"));
      await pass(pollMs);
      assert.deepEqual(owner.signals, [sampleSignal("after")]);
      assert.deepEqual(first.signals, [sampleSignal("before")]);
    },
  },
  {
    name: "a signal for an unknown run is refused",
    async check({ store }) {
      await assertRefused(store.signal("missing", sampleSignal("s")), "ICE_RUN_NOT_FOUND");
    },
  },
  {
    name: "a signal from another instance reaches the owner, once",
    several: true,
    async check(fixture) {
      const owner = recordingOwner();
      await fixture.store.create(sampleRun("a"), owner);
      const other = await anotherOf(fixture);
      await other.signal("a", sampleSignal("s1"));
      await fixture.pass(pollMs);
      await fixture.store.signal("a", sampleSignal("s2"));
      await fixture.pass(pollMs);
      assert.deepEqual(owner.signals, [sampleSignal("s1"), sampleSignal("s2")]);
    },
  },
  {
    name: "a signal updates its run, a repeated one does not",
    async check({ store }) {
      await (await store.create(sampleRun("a"), recordingOwner())).append(suspendedRecord);
      const touched = async (): Promise<number> => (await store.read("a")).updatedAt;
      assert.equal(await touched(), suspendedRecord.at);
      await store.signal("a", sampleSignal("early", { at: suspendedRecord.at - 1 }));
      assert.equal(await touched(), suspendedRecord.at);
      await store.signal("a", sampleSignal("s", { at: 7000 }));
      await store.signal("a", sampleSignal("s", { at: 8000 }));
      assert.equal(await touched(), 7000);
      assert.equal((await store.list())[0]?.updatedAt, 7000);
      assert.equal((await store.collect({ endedBefore: 0, idleBefore: 7000 })).runs, 0);
      assert.equal((await store.collect({ endedBefore: 0, idleBefore: 7001 })).runs, 1);
    },
  },
  {
    name: "an owner that released its run is no longer notified",
    async check({ store, pass }) {
      const owner = recordingOwner();
      const journal = await store.create(sampleRun("a"), owner);
      await journal.append(endedRecord);
      await store.signal("a", sampleSignal("s"));
      await pass(pollMs);
      assert.deepEqual([owner.signals, owner.cancels, owner.lost], [[], [], []]);
    },
  },
];
