import assert from "node:assert/strict";
import type { RunStore, RunSummary, StoredRun } from "@ice/core";
import {
  endedRecord,
  outcomeOf,
  recordingOwner,
  sampleRun,
  sampleSignal,
  suspendedRecord,
  suspendedUntil,
} from "./sample-run.ts";
import { anotherOf, assertRefused, type RunStoreCase } from "./run-store-case.ts";

/** Lists, retention, the secret, closing. */
export const keepingCases: readonly RunStoreCase[] = [
  {
    name: "a list begins with the newest run, and has at most the requested number",
    async check({ store }) {
      assert.deepEqual(await store.list(), []);
      for (const n of [3, 1, 2]) await finished(store, `r${n}`, n * 1000);
      assert.deepEqual(await ids(store), ["r3", "r2", "r1"]);
      assert.deepEqual(await ids(store, { limit: 2 }), ["r3", "r2"]);
      for (const limit of [0, -1]) assert.deepEqual(await ids(store, { limit }), []);
      assert.deepEqual((await store.list({ limit: 1 }))[0], {
        runId: "r3",
        workflow: "demo",
        version: "0.1.0",
        kind: "workflow",
        status: "completed",
        startedAt: 3000,
        updatedAt: 3500,
        endedAt: 3500,
        nodes: 0,
      });
    },
  },
  {
    name: "a list shows the latest state of a run, and its end only if it has ended",
    async check({ store }) {
      const journal = await store.create(sampleRun("r"), recordingOwner());
      await journal.append(outcomeOf("x", 1, 1700));
      const shown = {
        runId: "r",
        workflow: "demo",
        version: "0.1.0",
        kind: "workflow",
        status: "running",
        startedAt: 1000,
        nodes: 1,
      };
      assert.deepEqual(await store.list(), [{ ...shown, updatedAt: 1700 }]);
      await journal.append(suspendedRecord);
      assert.deepEqual(await store.list(), [{ ...shown, status: "suspended", updatedAt: suspendedRecord.at }]);
    },
  },
  {
    name: "read, open, list and summary return the kind of a run and what started it",
    async check({ store }) {
      const startedBy = { runId: "net", path: "loop[3].member" };
      await store.create(sampleRun("net", { kind: "network" }), recordingOwner());
      const journal = await store.create(sampleRun("net.member", { startedAt: 2000, startedBy }), recordingOwner());
      const origins = (runs: readonly Pick<RunSummary, "kind" | "startedBy">[]): unknown =>
        runs.map(({ kind, startedBy }) => [kind, startedBy]);
      const expected = [
        ["workflow", startedBy],
        ["network", undefined],
      ];
      assert.deepEqual(origins(await store.list()), expected);
      assert.deepEqual(origins([await store.read("net.member"), await store.read("net")]), expected);
      assert.deepEqual(origins([await store.summary("net.member"), await store.summary("net")]), expected);
      await journal.append(suspendedRecord);
      const { run } = await store.open("net.member", recordingOwner());
      assert.deepEqual(origins([run, await store.read("net")]), expected);
    },
  },
  {
    name: "the summary of a run always equals its entry in a list",
    async check({ store }) {
      const journal = await store.create(sampleRun("r"), recordingOwner());
      for (const record of [outcomeOf("x", 1, 1700), suspendedRecord]) {
        await journal.append(record);
        assert.deepEqual([await store.summary("r")], await store.list());
      }
      await finished(store, "r2", 4000);
      assert.deepEqual([await store.summary("r2"), await store.summary("r")], await store.list());
    },
  },
  {
    name: "a list has at most 100 runs by default",
    async check({ store }) {
      await Promise.all(
        Array.from({ length: 120 }, (_, n) => store.create(sampleRun(`r${n}`, { startedAt: n }), recordingOwner())),
      );
      assert.equal((await store.list()).length, 100);
      assert.equal((await store.list({ limit: 1e9 })).length, 120);
    },
  },
  {
    name: "a list can be filtered by status, by workflow, or by both",
    async check({ store }) {
      await store.create(sampleRun("running", { startedAt: 1 }), recordingOwner());
      await (await store.create(sampleRun("suspended", { startedAt: 2 }), recordingOwner())).append(suspendedRecord);
      await (
        await store.create(sampleRun("interrupted", { startedAt: 3 }), recordingOwner())
      ).append({ ...suspendedRecord, reason: "interrupted" });
      for (const status of ["completed", "failed", "cancelled"] as const)
        await (
          await store.create(sampleRun(status, { startedAt: 4, workflow: "other" }), recordingOwner())
        ).append({ ...endedRecord, status });
      for (const status of ["running", "suspended", "interrupted", "completed", "failed", "cancelled"] as const)
        assert.deepEqual(await ids(store, { status }), [status]);
      assert.deepEqual(await ids(store, { workflow: "demo" }), ["interrupted", "suspended", "running"]);
      assert.deepEqual(await ids(store, { workflow: "other", status: "failed" }), ["failed"]);
      assert.deepEqual(await ids(store, { workflow: "demo", status: "failed" }), []);
    },
  },
  {
    name: "old runs are collected; active ones are kept, and idle ones unless requested",
    async check({ store }) {
      await finished(store, "old", 1000);
      await finished(store, "new", 8000);
      await store.create(sampleRun("running", { startedAt: 1 }), recordingOwner());
      await (await store.create(sampleRun("idle", { startedAt: 1 }), recordingOwner())).append(suspendedRecord);
      // It ended at 1500.
      assert.equal((await store.collect({ endedBefore: 1500 })).runs, 0);
      assert.equal((await store.collect({ endedBefore: 5000 })).runs, 1);
      assert.deepEqual((await ids(store)).toSorted(), ["idle", "new", "running"]);
      assert.equal((await store.collect({ endedBefore: 0, idleBefore: suspendedRecord.at })).runs, 0);
      assert.equal((await store.collect({ endedBefore: 0, idleBefore: suspendedRecord.at + 1 })).runs, 1);
      assert.deepEqual((await ids(store)).toSorted(), ["new", "running"]);
      await assertRefused(store.read("old"), "ICE_RUN_NOT_FOUND");
      assert.equal((await store.create(sampleRun("old"), recordingOwner())).epoch, 1);
      assert.deepEqual((await store.read("old")).records, []);
    },
  },
  {
    name: "the secret is long, and always the same",
    async check({ store }) {
      const [one, two] = await Promise.all([store.secret(), store.secret()]);
      assert.equal(one, two);
      assert(one.length >= 32, "shorter than 32 characters");
      assert.equal(await store.secret(), one);
    },
  },
  {
    name: "every instance has the same secret",
    several: true,
    async check(fixture) {
      const secret = await fixture.store.secret();
      assert.equal(await (await anotherOf(fixture)).secret(), secret);
    },
  },
  {
    name: "closing twice has no effect, and the owner is not notified of a loss",
    async check({ store }) {
      const owner = recordingOwner();
      await store.create(sampleRun("a"), owner);
      await Promise.all([store.close(), store.close()]);
      await store.close();
      assert.deepEqual(owner.lost, []);
    },
  },
  {
    name: "closing writes everything that was appended, of every run",
    several: true,
    async check(fixture) {
      const journals = await Promise.all(["a", "b"].map((id) => fixture.store.create(sampleRun(id), recordingOwner())));
      const appended = journals.map((journal) => journal.append(outcomeOf("x", 1)));
      await fixture.store.close();
      for (const durable of appended) await durable;
      const other = await anotherOf(fixture);
      for (const id of ["a", "b"]) assert.deepEqual((await other.read(id)).records, [outcomeOf("x", 1)]);
    },
  },
  {
    name: "a closed store refuses to append",
    async check({ store }) {
      const journal = await store.create(sampleRun("a"), recordingOwner());
      await store.close();
      await assertRefused(journal.append(outcomeOf("x", 1)), "ICE_STORE_UNAVAILABLE");
    },
  },
  ...[true, false].map((used): RunStoreCase => ({
    name: `a closed store refuses everything, also when it was ${used ? "" : "never "}used`,
    async check({ store }) {
      if (used) await store.create(sampleRun("a"), recordingOwner());
      await store.close();
      const code = "ICE_STORE_UNAVAILABLE";
      await assertRefused(store.create(sampleRun("b"), recordingOwner()), code);
      await assertRefused(store.open("a", recordingOwner()), code);
      await assertRefused(store.read("a"), code);
      await assertRefused(store.summary("a"), code);
      await assertRefused(store.list(), code);
      await assertRefused(store.signal("a", sampleSignal("s")), code);
      await assertRefused(store.signals("a"), code);
      await assertRefused(store.list({ dueBy: 0 }), code);
      await assertRefused(store.cache.get("k", 0), code);
      await assertRefused(store.cache.set("k", 1, { expiresAt: 1, limit: 1 }), code);
      await assertRefused(store.requestCancel("a", "enough"), code);
      await assertRefused(store.collect({ endedBefore: 0 }), code);
      await assertRefused(store.secret(), code);
    },
  })),
  {
    name: "a run that waits for a time is idle when that has been over for as long",
    async check({ store }) {
      await (await store.create(sampleRun("a"), recordingOwner())).append(suspendedUntil(9000));
      assert.equal((await store.collect({ endedBefore: 0, idleBefore: 9000 })).runs, 0);
      assert.equal((await store.collect({ endedBefore: 0, idleBefore: 9001 })).runs, 1);
    },
  },
  {
    name: "many old runs are collected, with the values that no other run needs",
    async check({ store }) {
      const output = { text: "x".repeat(40_000) };
      for (let n = 0; n < 230; n += 1) {
        const journal = await store.create(sampleRun(`r${n}`), recordingOwner());
        if (n % 115 === 0) await journal.append(outcomeOf("x", output));
        await journal.append({ ...suspendedRecord, at: 2000 + n });
      }
      assert.equal((await store.collect({ endedBefore: 0, idleBefore: 2229 })).runs, 229);
      assert.deepEqual(await ids(store), ["r229"]);
      assert.deepEqual(await store.collect({ endedBefore: 0, idleBefore: 9000 }), { runs: 1, blobs: 0 });
      assert.deepEqual(await store.collect({ endedBefore: 0, idleBefore: 9000 }), { runs: 0, blobs: 0 });
    },
  },
];

async function finished(store: RunStore, runId: string, startedAt: number): Promise<void> {
  const journal = await store.create(sampleRun(runId, { startedAt }), recordingOwner());
  await journal.append({ ...endedRecord, at: startedAt + 500 });
}

async function ids(store: RunStore, query?: Parameters<RunStore["list"]>[0]): Promise<readonly StoredRun["runId"][]> {
  return (await store.list(query)).map(({ runId }) => runId);
}
