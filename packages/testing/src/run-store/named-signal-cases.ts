import assert from "node:assert/strict";
import { endedRecord, namedSignal, recordingOwner, sampleRun, sampleSignal, suspendedRecord } from "./sample-run.ts";
import { anotherOf, assertDeepFrozen, assertRefused, type RunStoreCase } from "./run-store-case.ts";

/** Longer than an owner takes to notice signals from another process. */
const pollMs = 1000;

/** Facts about a run, which nodes wait for by name. */
export const namedSignalCases: readonly RunStoreCase[] = [
  {
    name: "a signal with a name is kept, and delivered to the owner, with it",
    async check({ store, pass }) {
      const owner = recordingOwner();
      await store.create(sampleRun("a"), owner);
      const signal = namedSignal("s", { name: "order:4711", value: { amount: [5] } });
      assert.deepEqual(await store.signal("a", signal), { recorded: true, signal });
      await pass(pollMs);
      assert.deepEqual(owner.signals, [signal]);
      assert.deepEqual((await store.read("a")).signals, [signal]);
      assert.deepEqual(await store.signals("a"), [signal]);
      for (const one of await store.signals("a")) assertDeepFrozen(one);
    },
  },
  {
    name: "signals are in the order of recording, whatever their times, names and ids",
    async check({ store }) {
      await store.create(sampleRun("a"), recordingOwner());
      assert.deepEqual(await store.signals("a"), []);
      const signals = [
        namedSignal("z", { at: 3000 }),
        sampleSignal("y", { at: 2000 }),
        namedSignal("b", { name: "early", at: 1000 }),
        namedSignal("a", { at: 1000 }),
      ];
      for (const signal of signals) await store.signal("a", signal);
      assert.deepEqual(await store.signals("a"), signals);
      for (const from of [0, 1, 3, 4, 5]) assert.deepEqual(await store.signals("a", from), signals.slice(from));
      assert.deepEqual((await store.read("a")).signals, signals);
    },
  },
  {
    name: "the first signal with an id counts, whatever the name of the second, and the owner is notified once",
    async check({ store, pass }) {
      const owner = recordingOwner();
      await store.create(sampleRun("a"), owner);
      const first = namedSignal("s");
      await store.signal("a", first);
      const repeated = [first, namedSignal("s", { name: "refunded" }), namedSignal("s", { value: null, by: "bob" })];
      for (const again of repeated)
        assert.deepEqual(await store.signal("a", again), { recorded: false, signal: first });
      await pass(pollMs);
      assert.deepEqual(owner.signals, [first]);
      assert.deepEqual(await store.signals("a"), [first]);
    },
  },
  {
    name: "a signal with a name and an answer may have the same id",
    async check({ store, pass }) {
      const owner = recordingOwner();
      await store.create(sampleRun("a"), owner);
      const both = [sampleSignal("s"), namedSignal("s", { value: 1 })];
      for (const signal of both) assert.deepEqual(await store.signal("a", signal), { recorded: true, signal });
      for (const signal of both)
        assert.deepEqual(await store.signal("a", { ...signal, value: 2 }), { recorded: false, signal });
      await pass(pollMs);
      assert.deepEqual(owner.signals, both);
      assert.deepEqual(await store.signals("a"), both);
    },
  },
  {
    name: "a signal that a suspended run has received is there for its next owner",
    async check({ store }) {
      const journal = await store.create(sampleRun("a"), recordingOwner());
      await journal.append(suspendedRecord);
      await store.signal("a", namedSignal("s"));
      const owner = recordingOwner();
      const { run } = await store.open("a", owner);
      assert.deepEqual(
        [run.signals, await store.signals("a"), owner.signals],
        [[namedSignal("s")], [namedSignal("s")], []],
      );
    },
  },
  {
    name: "a signal for a run that has ended is kept, and changes nothing else",
    async check({ store, pass }) {
      const owner = recordingOwner();
      const journal = await store.create(sampleRun("a"), owner);
      await store.signal("a", namedSignal("before"));
      await journal.append(endedRecord);
      await pass(pollMs);
      assert.deepEqual(await store.signal("a", namedSignal("after")), { recorded: true, signal: namedSignal("after") });
      await pass(pollMs);
      assert.deepEqual(await store.signals("a"), [namedSignal("before"), namedSignal("after")]);
      const { status, endedAt } = await store.summary("a");
      assert.deepEqual([status, endedAt], ["completed", endedRecord.at]);
      assert(!owner.signals.includes(namedSignal("after")), "an owner that has released its run was notified");
    },
  },
  {
    name: "the signals of a large run are all there",
    async check({ store }) {
      await store.create(sampleRun("a"), recordingOwner());
      const signals = Array.from({ length: 500 }, (_, n) => namedSignal(`s${n}`, { value: n }));
      signals.push(namedSignal("large", { value: { text: "x".repeat(100_000) } }));
      await Promise.all(signals.map((signal) => store.signal("a", signal)));
      assert.deepEqual(await store.signals("a"), signals);
    },
  },
  {
    name: "the signals of an unknown run cannot be read",
    async check({ store }) {
      await assertRefused(store.signals("missing"), "ICE_RUN_NOT_FOUND");
      await assertRefused(store.signal("missing", namedSignal("s")), "ICE_RUN_NOT_FOUND");
    },
  },
  {
    name: "a signal with a name from another instance reaches the owner, once",
    several: true,
    async check(fixture) {
      const owner = recordingOwner();
      await fixture.store.create(sampleRun("a"), owner);
      const other = await anotherOf(fixture);
      await other.signal("a", namedSignal("s"));
      await fixture.pass(pollMs);
      assert.deepEqual(owner.signals, [namedSignal("s")]);
      assert.deepEqual(await fixture.store.signal("a", namedSignal("s", { value: 2 })), {
        recorded: false,
        signal: namedSignal("s"),
      });
      await other.signal("a", sampleSignal("s"));
      await fixture.store.signal("a", namedSignal("t"));
      await fixture.pass(pollMs);
      const all = [namedSignal("s"), sampleSignal("s"), namedSignal("t")];
      assert.deepEqual(owner.signals, all);
      for (const store of [fixture.store, other]) assert.deepEqual(await store.signals("a"), all);
    },
  },
];
