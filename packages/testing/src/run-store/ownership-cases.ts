import assert from "node:assert/strict";
import { IceError, type JournalRecord } from "@ice/core";
import {
  appendAll,
  endedRecord,
  outcomeOf,
  recordingOwner,
  sampleRun,
  sampleSignal,
  suspendedRecord,
} from "./sample-run.ts";
import { anotherOf, assertRefused, kindsOf, type RunStoreCase } from "./run-store-case.ts";

/** Longer than any lease that is being renewed. */
const longMs = 60_000;

/** One owner at a time. */
export const ownershipCases: readonly RunStoreCase[] = [
  {
    name: "a run that is owned cannot be opened",
    async check({ store }) {
      await store.create(sampleRun("a"), recordingOwner());
      await assertRefused(store.open("a", recordingOwner()), "ICE_STORE_OWNED");
    },
  },
  {
    name: "only records change the status of a run: opening a suspended one does not",
    async check({ store, pass }) {
      await (await store.create(sampleRun("a"), recordingOwner())).append(suspendedRecord);
      const owner = recordingOwner();
      const { journal } = await store.open("a", owner);
      await journal.append(outcomeOf("x", 1));
      assert.equal((await store.read("a")).status, "suspended");
      await appendAll(journal, [{ kind: "resumed", at: 2600 }, outcomeOf("y", 1)]);
      assert.equal((await store.read("a")).status, "running");
      await pass(longMs);
      assert.deepEqual([owner.signals, owner.cancels, owner.lost], [[], [], []]);
    },
  },
  {
    name: "each owner has the next epoch and finds what was recorded before",
    async check({ store }) {
      let { append } = bound(await store.create(sampleRun("a"), recordingOwner()));
      for (const epoch of [2, 3]) {
        await append(outcomeOf(`n${epoch}`, epoch));
        await append(suspendedRecord);
        const { journal, run } = await store.open("a", recordingOwner());
        assert.equal(journal.epoch, epoch);
        assert.deepEqual(run, { ...(await store.read("a")), status: run.status });
        assert.equal(run.status, "suspended");
        append = bound(journal).append;
        await append({ kind: "resumed", at: 2600 });
        assert.equal((await store.read("a")).status, "running");
      }
      const kinds = ["outcome", "suspended", "resumed"];
      assert.deepEqual(kindsOf(await store.read("a")), [...kinds, ...kinds]);
    },
  },
  ...(
    [
      [{ ...suspendedRecord, reason: "waiting" }, "suspended"],
      [{ ...suspendedRecord, reason: "paused" }, "suspended"],
      [{ ...suspendedRecord, reason: "interrupted" }, "interrupted"],
      [{ ...endedRecord, status: "completed" }, "completed"],
      [{ ...endedRecord, status: "failed" }, "failed"],
      [{ ...endedRecord, status: "cancelled" }, "cancelled"],
    ] as readonly (readonly [JournalRecord, string])[]
  ).map(([last, status]): RunStoreCase => ({
    name: `after \`${last.kind}\` the run is ${status}, has no owner, and nothing can be appended`,
    async check({ store }) {
      const owner = recordingOwner();
      const journal = await store.create(sampleRun("a"), owner);
      const appended = journal.append(last);
      await assertRefused(journal.append(outcomeOf("late", 1)), "ICE_STORE_FENCED");
      await appended;
      await assertRefused(journal.append(outcomeOf("later", 1)), "ICE_STORE_FENCED");
      const run = await store.read("a");
      assert.deepEqual([run.status, run.updatedAt, kindsOf(run)], [status, last.at, [last.kind]]);
      assert.deepEqual(owner.lost, []);
      const opened = store.open("a", recordingOwner());
      if (last.kind === "ended") await assertRefused(opened, "ICE_RUN_ENDED");
      else assert.equal((await opened).journal.epoch, 2);
    },
  })),
  {
    name: "a run that has ended since it was read cannot be opened",
    async check({ store }) {
      const journal = await store.create(sampleRun("a"), recordingOwner());
      const known = await store.read("a");
      await journal.append(endedRecord);
      await assertRefused(store.open("a", recordingOwner(), known), "ICE_RUN_ENDED");
      assert.deepEqual(kindsOf(await store.read("a")), ["ended"]);
    },
  },
  {
    name: "another instance cannot open a run while its owner is alive, however long",
    several: true,
    async check(fixture) {
      const owner = recordingOwner();
      const journal = await fixture.store.create(sampleRun("a"), owner);
      const other = await anotherOf(fixture);
      await assertRefused(other.open("a", recordingOwner()), "ICE_STORE_OWNED");
      await fixture.pass(longMs);
      await assertRefused(other.open("a", recordingOwner()), "ICE_STORE_OWNED");
      assert.equal((await other.read("a")).status, "running");
      await journal.append(outcomeOf("x", 1));
      assert.deepEqual(owner.lost, []);
    },
  },
  {
    name: "another instance can soon open a run that its owner has lost by itself, and the owner appends nothing more",
    several: true,
    async check(fixture) {
      const { store, pass } = fixture;
      const journal = await store.create(sampleRun("a"), recordingOwner());
      if (journal.onOwnershipLost === undefined) return;
      await journal.append(outcomeOf("x", 1));
      journal.onOwnershipLost(new IceError("ICE_STORE_UNAVAILABLE", "Something else could not be stored."));
      await assertRefused(journal.append(outcomeOf("y", 1)), "ICE_STORE_UNAVAILABLE");
      await pass(longMs);
      const other = await anotherOf(fixture);
      const { journal: next, run } = await other.open("a", recordingOwner());
      assert.deepEqual([next.epoch, kindsOf(run)], [2, ["outcome"]]);
    },
  },
  {
    name: "runs of a closed instance are interrupted, and another instance can open them",
    several: true,
    async check(fixture) {
      const owner = recordingOwner();
      const journal = await fixture.store.create(sampleRun("a"), owner);
      const other = await anotherOf(fixture);
      const appended = journal.append(outcomeOf("x", 1));
      await fixture.store.close();
      await appended;
      assert.equal((await other.read("a")).status, "interrupted");
      assert.deepEqual(
        (await other.list()).map(({ status }) => status),
        ["interrupted"],
      );
      const { journal: next, run } = await other.open("a", recordingOwner());
      assert.deepEqual([next.epoch, kindsOf(run)], [2, ["outcome"]]);
      await next.append(endedRecord);
      assert.deepEqual(owner.lost, []);
    },
  },
  {
    name: "opening a run that was read before returns its current status, records and signals",
    async check({ store }) {
      const journal = await store.create(sampleRun("a"), recordingOwner());
      await journal.append(outcomeOf("x", 1));
      const early = await store.read("a");
      await journal.append(outcomeOf("y", 2));
      await journal.append(suspendedRecord);
      const late = await store.read("a");
      await store.signal("a", sampleSignal("s"));
      for (const known of [late, early, { ...late, startedAt: late.startedAt + 1, records: [] }]) {
        const { journal: next, run } = await store.open("a", recordingOwner(), known);
        assert.deepEqual(kindsOf(run), ["outcome", "outcome", "suspended", ...kindsOf(run).slice(3)]);
        assert.deepEqual(run, await store.read("a").then((now) => ({ ...now, status: run.status })));
        assert.equal(run.signals.length, 1);
        await next.append({ kind: "resumed", at: 2600 });
        await next.append(suspendedRecord);
      }
    },
  },
];

/** Allows a loop to replace the journal that it appends to. */
function bound(journal: { append(record: JournalRecord): Promise<void> | undefined }): {
  readonly append: (record: JournalRecord) => Promise<void> | undefined;
} {
  return { append: (record) => journal.append(record) };
}
