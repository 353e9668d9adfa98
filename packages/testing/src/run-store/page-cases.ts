import assert from "node:assert/strict";
import type { PageEnd, PageQuery, RunStore } from "@ice/core";
import { endedRecord, outcomeOf, recordingOwner, sampleRun, suspendedRecord } from "./sample-run.ts";
import { anotherOf, type RunStoreCase } from "./run-store-case.ts";

/** Pages of runs. */
export const pageCases: readonly RunStoreCase[] = [
  {
    name: "pages contain every run once, the newest first, also those of one time",
    async check({ store }) {
      const all = Array.from({ length: 60 }, (_, n) => `r${n}`);
      for (const [n, runId] of all.entries())
        await store.create(sampleRun(runId, { startedAt: 1000 + Math.floor(n / 25) }), recordingOwner());
      for (const limit of [1, 7, 25, 59, 60, 61])
        assert.deepEqual(await allPages(store, { limit }), all.toReversed(), `limit ${limit}`);
      assert.deepEqual((await store.page()).runs.length, 50);
      assert.deepEqual((await store.page({ limit: 2 })).runs[0], await store.summary("r59"));
    },
  },
  {
    name: "the last page has no next one, and an empty store one empty page",
    async check({ store }) {
      assert.deepEqual(await store.page(), { runs: [] });
      await store.create(sampleRun("r"), recordingOwner());
      assert.deepEqual(await store.page({ limit: 1 }), { runs: [await store.summary("r")] });
    },
  },
  {
    name: "runs that start meanwhile are on no later page, and those that were deleted leave no gap",
    async check({ store }) {
      for (const n of [1, 2, 3, 4, 5]) await finished(store, `r${n}`, n * 1000);
      const first = await store.page({ limit: 2 });
      await finished(store, "r6", 6000);
      await store.collect({ endedBefore: 4500 });
      assert.deepEqual(
        first.runs.map(({ runId }) => runId),
        ["r5", "r4"],
      );
      assert.deepEqual(await allPages(store, { limit: 2, after: first.next }), []);
      assert.deepEqual(await allPages(store, { limit: 2 }), ["r6", "r5", "r4"]);
    },
  },
  {
    name: "a page has runs with any of several statuses, of one workflow, from one time to before another",
    async check({ store }) {
      await finished(store, "a", 1000);
      await store.create(sampleRun("b", { startedAt: 2000 }), recordingOwner());
      const journal = await store.create(sampleRun("c", { startedAt: 3000, workflow: "other" }), recordingOwner());
      await journal.append(suspendedRecord);
      const left = await store.create(sampleRun("d", { startedAt: 4000 }), recordingOwner());
      await left.append({ ...suspendedRecord, reason: "interrupted" });
      const ids = (query: PageQuery) => allPages(store, { limit: 1, ...query });
      assert.deepEqual(await ids({ statuses: ["completed"] }), ["a"]);
      assert.deepEqual(await ids({ statuses: ["completed", "interrupted"] }), ["d", "a"]);
      assert.deepEqual(await ids({ statuses: ["running", "suspended", "interrupted"] }), ["d", "c", "b"]);
      assert.deepEqual(await ids({ statuses: ["failed"] }), []);
      assert.deepEqual(await ids({ statuses: [] }), []);
      assert.deepEqual(await ids({ workflow: "demo" }), ["d", "b", "a"]);
      assert.deepEqual(await ids({ workflow: "other", statuses: ["suspended"] }), ["c"]);
      assert.deepEqual(await ids({ since: 2000 }), ["d", "c", "b"]);
      assert.deepEqual(await ids({ until: 3000 }), ["b", "a"]);
      assert.deepEqual(await ids({ since: 2000, until: 4000 }), ["c", "b"]);
    },
  },
  {
    name: "a page has 1 to 1,000 runs, whatever is requested",
    async check({ store }) {
      for (let n = 0; n < 3; n += 1) await store.create(sampleRun(`r${n}`), recordingOwner());
      for (const limit of [0, -5, 1.9]) assert.equal((await store.page({ limit })).runs.length, 1);
      assert.equal((await store.page({ limit: 1e9 })).runs.length, 3);
    },
  },
  {
    name: "lists, pages and the run itself say who started it",
    async check({ store }) {
      await store.create(sampleRun("r", { createdBy: "kim", requestHash: "4a5b" }), recordingOwner());
      await store.create(sampleRun("unknown", { startedAt: 500 }), recordingOwner());
      const [by, unnamed] = (await store.page()).runs;
      assert.deepEqual([by?.createdBy, unnamed?.createdBy], ["kim", undefined]);
      assert.deepEqual([by?.requestHash, (await store.read("r")).requestHash], ["4a5b", "4a5b"]);
      assert(!Object.hasOwn(unnamed!, "createdBy"), "createdBy is undefined instead of absent");
      assert.deepEqual([(await store.read("r")).createdBy, (await store.list())[0]?.createdBy], ["kim", "kim"]);
      assert.equal((await store.open("unknown", recordingOwner()).catch(() => undefined))?.run.createdBy, undefined);
    },
  },
  {
    name: "lists say how many nodes have ended, and why a run failed",
    async check({ store }) {
      const journal = await store.create(sampleRun("r"), recordingOwner());
      assert.equal((await store.summary("r")).nodes, 0);
      for (const n of [1, 2, 3]) await journal.append(outcomeOf(`n${n}`, n));
      const error = { code: "ICE_X", message: "m".repeat(500), path: "l[3].n" };
      await journal.append({ ...endedRecord, status: "failed", error: { ...error, fix: "f", details: { a: 1 } } });
      const [run] = (await store.page()).runs;
      assert.deepEqual([run?.nodes, run?.error?.code, run?.error?.path], [3, "ICE_X", "l[3].n"]);
      assert((run?.error?.message.length ?? 0) <= 200, "the message is not cut");
      assert.deepEqual(Object.keys(run!.error!).toSorted(), ["code", "message", "path"]);
      assert.deepEqual((await store.list())[0], run);
    },
  },
  {
    name: "a page counts the runs of each status if it is asked to, whatever it selects",
    async check({ store }) {
      await finished(store, "a", 1000);
      await finished(store, "b", 2000);
      await store.create(sampleRun("c"), recordingOwner());
      await finished(store.forTenant("acme"), "hidden", 9000);
      const { runs, counts } = await store.page({ counts: true, statuses: ["running"], limit: 1 });
      assert.equal(runs.length, 1);
      const none = { failed: 0, cancelled: 0, suspended: 0, interrupted: 0, queued: 0 };
      assert.deepEqual(counts, { ...none, running: 1, completed: 2 });
      assert.equal((await store.page()).counts, undefined);
    },
  },
  {
    name: "the runs of other tenants are on no page, and another instance has the same pages",
    several: true,
    async check(fixture) {
      const { store } = fixture;
      const other = await anotherOf(fixture);
      for (const n of [1, 2, 3]) await finished(store, `r${n}`, n * 1000);
      await finished(store.forTenant("acme"), "hidden", 9000);
      const { next } = await store.page({ limit: 1 });
      assert.deepEqual(await allPages(other, { limit: 1, after: next }), ["r2", "r1"]);
    },
  },
];

async function finished(store: RunStore, runId: string, startedAt: number): Promise<void> {
  const journal = await store.create(sampleRun(runId, { startedAt }), recordingOwner());
  await journal.append({ ...endedRecord, at: startedAt + 500 });
}

async function allPages(store: RunStore, query: PageQuery): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let after: PageEnd | undefined = query.after; ;) {
    const page = await store.page({ ...query, after });
    ids.push(...page.runs.map(({ runId }) => runId));
    if (page.next === undefined) return ids;
    assert(page.runs.length > 0, "an empty page has a next one");
    after = page.next;
  }
}
