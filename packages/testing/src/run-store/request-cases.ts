import assert from "node:assert/strict";
import type { HumanRequest, JournalRecord, PageEnd, RequestQuery, RunStore } from "@ice/core";
import { deepFreeze } from "@ice/core/internal";
import {
  appendAll,
  endedRecord,
  namedSignal,
  outcomeOf,
  recordingOwner,
  sampleRun,
  sampleSignal,
  suspendedRecord,
} from "./sample-run.ts";
import { anotherOf, assertRefused, type RunStoreCase } from "./run-store-case.ts";

/** The list of open requests to people. */
export const requestCases: readonly RunStoreCase[] = [
  {
    name: "open requests are listed as they were asked, the oldest first",
    async check({ store }) {
      await asked(store, "r", [ask("b", { at: 3000 }), ask("a", { at: 2000 })]);
      await asked(store, "s", [ask("c", { at: 2500 })], "other");
      assert.deepEqual(await paths(store), ["a", "c", "b"]);
      assert.deepEqual((await store.requests()).requests[1], {
        runId: "s",
        workflow: "other",
        path: "c",
        request: 1,
        requestedAt: 2500,
        ...question,
      });
      assert.deepEqual(await paths(store, { runId: "r" }), ["a", "b"]);
      assert.deepEqual(await paths(store, { runId: "s" }), ["c"]);
      await assertRefused(store.requests({ runId: "missing" }), "ICE_RUN_NOT_FOUND");
    },
  },
  {
    name: "a request is closed by its answer, also if that came before it; a signal with a name answers nothing",
    async check({ store }) {
      const journal = await asked(store, "r", [ask("a"), ask("b"), ask("c")]);
      await store.signal("r", sampleSignal("a#1", { path: "a" }));
      await store.signal("r", namedSignal("b#1"));
      await store.signal("r", sampleSignal("c#2", { path: "c" }));
      assert.deepEqual(await paths(store), ["b", "c"]);
      await store.signal("r", sampleSignal("d#1", { path: "d" }));
      await appendAll(journal, [ask("d")]);
      assert.deepEqual(await paths(store), ["b", "c"]);
    },
  },
  {
    name: "a further request of a node takes the place of the one before",
    async check({ store }) {
      const journal = await asked(store, "r", [ask("a")]);
      await store.signal("r", sampleSignal("a#1", { path: "a", value: { timedOut: true } }));
      await appendAll(journal, [ask("a", { request: 2, at: 4000 })]);
      assert.deepEqual(
        (await store.requests()).requests.map(({ request }) => request),
        [2],
      );
      await store.signal("r", sampleSignal("a#2", { path: "a" }));
      assert.deepEqual(await paths(store), []);
    },
  },
  {
    name: "the end of a node closes its request, and the end of a container those in it",
    async check({ store }) {
      const inside = ["l[0].ask", "l[1].ask", "l[1].deep[2].ask", "l", "line.ask", "l2[0].ask", "[l].ask"];
      const journal = await asked(
        store,
        "r",
        inside.map((path) => ask(path)),
      );
      await journal.append(outcomeOf("l[0].ask", 1));
      assert.deepEqual((await paths(store)).toSorted(), inside.filter((path) => path !== "l[0].ask").toSorted());
      await journal.append(outcomeOf("l", 1));
      assert.deepEqual((await paths(store)).toSorted(), ["[l].ask", "l2[0].ask", "line.ask"]);
    },
  },
  {
    name: "a further attempt of a container closes the requests in it, one of the node itself does not",
    async check({ store }) {
      const journal = await asked(store, "r", [ask("s.ask"), ask("t.ask"), ask("s")]);
      await appendAll(journal, [failed("s", true), failed("t", false)]);
      assert.deepEqual((await paths(store)).toSorted(), ["s", "t.ask"]);
    },
  },
  {
    name: "the requests of a run are open while it is suspended or interrupted, until it ends or is deleted",
    async check({ store }) {
      const journal = await asked(store, "r", [ask("a"), ask("b")]);
      await journal.append(suspendedRecord);
      assert.deepEqual(await paths(store), ["a", "b"]);
      const { journal: second } = await store.open("r", recordingOwner());
      await appendAll(second, [{ kind: "resumed", at: 2600 }, outcomeOf("a", 1)]);
      assert.deepEqual(await paths(store), ["b"]);
      await second.append({ ...endedRecord, status: "cancelled" });
      assert.deepEqual(await paths(store), []);
      const other = await asked(store, "s", [ask("a")]);
      await other.append(suspendedRecord);
      await store.collect({ endedBefore: 0, idleBefore: 1e15 });
      assert.deepEqual(await paths(store), []);
    },
  },
  {
    name: "pages contain every open request once, also those of one time",
    async check({ store }) {
      const all = Array.from({ length: 23 }, (_, n) => `l[${n}].ask`);
      await asked(
        store,
        "r",
        all.map((path, n) => ask(path, { at: 2000 + Math.floor(n / 10) })),
      );
      for (const limit of [1, 5, 22, 23, 24]) {
        const found: string[] = [];
        for (let after: PageEnd | undefined; ;) {
          const page = await store.requests({ limit, after, runId: limit === 5 ? "r" : undefined });
          found.push(...page.requests.map(({ path }) => path));
          if (page.next === undefined) break;
          after = page.next;
        }
        assert.deepEqual(found, all, `limit ${limit}`);
      }
    },
  },
  {
    name: "the requests of other tenants are not listed, and another instance lists the same",
    several: true,
    async check(fixture) {
      const { store } = fixture;
      const other = await anotherOf(fixture);
      await asked(store, "r", [ask("a"), ask("b", { text: "x".repeat(100_000) })]);
      await asked(store.forTenant("acme"), "hidden", [ask("c")]);
      assert.deepEqual(await paths(other), ["a", "b"]);
      assert.deepEqual((await other.requests()).requests, (await store.requests()).requests);
      await other.signal("r", sampleSignal("a#1", { path: "a" }));
      assert.deepEqual(await paths(store), ["b"]);
    },
  },
];

const question: HumanRequest = {
  kind: "human",
  promptMessage: "Go on?",
  approvalType: "approval",
  choices: [],
  responseSchema: null,
  assignees: ["ann"],
  expiresAt: 9000,
  escalated: false,
};

const ask = (path: string, { at = 2000, request = 1, text = "Go on?" } = {}): JournalRecord =>
  deepFreeze({ kind: "waiting", at, path, request, wait: { ...question, promptMessage: text } } as never);

const failed = (path: string, children: boolean): JournalRecord => ({
  kind: "attemptFailed",
  at: 2100,
  path,
  attempt: 1,
  retryAt: 2200,
  error: { code: "ICE_NODE_FAILED", message: "no" },
  children,
});

/** Begins a run with these records. */
async function asked(store: RunStore, runId: string, records: readonly JournalRecord[], workflow = "demo") {
  const journal = await store.create(sampleRun(runId, { workflow, tenant: store.tenant }), recordingOwner());
  await appendAll(journal, records);
  return journal;
}

const paths = async (store: RunStore, query?: RequestQuery): Promise<readonly string[]> =>
  (await store.requests(query)).requests.map(({ path }) => path);
