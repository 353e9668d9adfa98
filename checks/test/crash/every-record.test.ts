import type { ChildNode, StoredRun } from "@ice/core";
import { expect, test } from "vitest";
import { after, effect, endless, endlessSaga, fail, node, saga, send, whenDone } from "./language-nodes.ts";
import { newPlace, startWorker } from "./processes.ts";
import { checkPromise } from "./promise.ts";
import type { Stop } from "./stops.ts";
import { allStored } from "./stored-runs.ts";

/** A workflow, and what must hold at the end of each of its runs. */
interface Story {
  readonly nodes: readonly ChildNode[];
  readonly settings?: object;
  /** Path of the scope that compensates its two effects, if there is one. */
  readonly saga?: string;
  /** How often that scope is repeated. */
  readonly repetitions?: number;
  readonly ends: string;
  /** No run makes more records in its first process. */
  readonly maxRecords: number;
  readonly check?: (run: StoredRun, effects: readonly string[]) => void;
}

const takenIn = ({ records }: StoredRun): string[] =>
  records.flatMap((record) => (record.kind === "outcome" ? (record.takes ?? []) : []));

const stories: Readonly<Record<string, Story>> = {
  "a failure that is caught": {
    nodes: [saga([fail(after("b"))], { catch: { body: [effect("c")] } })],
    saga: "s",
    ends: "completed",
    maxRecords: 19,
  },
  "a failure that is tried again": {
    nodes: [
      saga([fail({ toolArgs: { code: "OOPS" }, ...after("b") })], {
        retryPolicy: { maxAttempts: 2, backoffStrategy: "fixed", backoffSeconds: 0.01 },
      }),
    ],
    saga: "s",
    repetitions: 1,
    ends: "failed",
    maxRecords: 30,
  },
  "a lost race": {
    nodes: [node("p", "parallel", { settle: "first", branches: [[endlessSaga()], [whenDone()]] })],
    saga: "p.s",
    ends: "completed",
    maxRecords: 25,
  },
  "its own signal": {
    nodes: [saga([send("report", "stop", after("b")), endless("slow", after("b"))], { cancelOn: "stop" })],
    saga: "s",
    ends: "failed",
    maxRecords: 19,
  },
  "its time limit": { nodes: [endlessSaga({ timeoutSeconds: 0.5 })], saga: "s", ends: "failed", maxRecords: 18 },
  "the time limit of the run": {
    nodes: [endlessSaga()],
    settings: { timeoutSeconds: 0.5 },
    saga: "s",
    ends: "failed",
    maxRecords: 19,
  },
  "an end beside it": {
    nodes: [endlessSaga(), whenDone(), node("e", "end", { status: "failed", code: "ENOUGH", ...after("ready") })],
    saga: "s",
    ends: "failed",
    maxRecords: 23,
  },
  "an end inside it": {
    nodes: [saga([node("e", "end", { status: "failed", code: "ENOUGH", ...after("b") })])],
    saga: "s",
    ends: "failed",
    maxRecords: 18,
  },
  "signals, of which each wait takes one": {
    nodes: [
      node("report", "loop", { itemsSource: "range(3)", body: [send("one", "go")] }),
      node("each", "loop", {
        itemsSource: "range(3)",
        parallel: true,
        body: [node("w", "wait", { signal: "go" }), effect("e", {}, after("w"))],
      }),
      node("late", "wait", { signal: "go", seconds: 0.3, ...after("each") }),
    ],
    ends: "completed",
    maxRecords: 28,
    check(run, effects) {
      expect(takenIn(run).toSorted()).toEqual(run.signals.map(({ id }) => id).toSorted());
      expect(new Set(effects)).toEqual(new Set(["each[0].e", "each[1].e", "each[2].e"]));
    },
  },
  "a token that scopes take and give back": {
    nodes: [
      send("key", "key"),
      node("jobs", "loop", {
        itemsSource: "range(3)",
        parallel: true,
        body: [
          node("section", "scope", {
            body: [node("enter", "wait", { signal: "key" }), effect("work", {}, after("enter"))],
            finally: [send("leave", "key", { when: "has(nodes.enter)" })],
          }),
        ],
        ...after("key"),
      }),
    ],
    ends: "completed",
    maxRecords: 33,
    check(run, effects) {
      expect(run.signals).toHaveLength(4);
      expect(takenIn(run)).toEqual(run.signals.slice(0, 3).map(({ id }) => id));
      expect(new Set(effects).size).toBe(3);
    },
  },
};

// One process has a run for each of these deaths. Each run stops at its record, and the process is killed when all have.

test.concurrent.each(Object.entries(stories))(
  "%s: a process dies before or after any record, the next one dies too, and nothing is lost or done twice",
  async (_name, story) => {
    const { db, effects, effectLines } = newPlace();
    const { nodes, settings, repetitions = 0 } = story;
    const deaths = Array.from({ length: story.maxRecords + 1 }, (_, index) =>
      (["before", "after"] as const).map((place) => [`${place}-${index + 1}`, { place, at: index + 1 }] as const),
    ).flat();
    const again = deaths.map(([runId], index): [string, Stop] => [
      runId,
      { place: index % 3 === 0 ? "before" : "after", at: 2 + (index % 5) },
    ]);
    const runs = deaths.map(([runId]) => runId);
    const blueprint = { name: "w", nodes, ...(settings && { settings }) };
    let left: readonly StoredRun[] = [];
    let seen = 0;
    const lives: Readonly<Record<string, Stop>>[] = [Object.fromEntries(deaths), Object.fromEntries(again), {}];
    for (const holdAt of lives) {
      const worker = startWorker({ db, effects, runs, blueprint, holdAt });
      const lines = await worker.ended;
      expect(worker.process.signalCode, JSON.stringify(lines)).toBe(holdAt === lives[2] ? null : "SIGKILL");
      const now = await allStored({ db }, runs);
      const all = effectLines();
      for (const [index, after] of now.entries()) {
        const of = (to?: number) => all.slice(0, to).filter(({ runId }) => runId === after.runId);
        checkPromise({ before: left[index], after, effects: of(), seen: of(seen).length, repetitions });
      }
      expect(now.at(-1)!.status, "more than `maxRecords`").toBe(story.ends);
      [left, seen] = [now, all.length];
    }

    for (const run of left) {
      expect(run.status, run.runId).toBe(story.ends);
      expect(new Set(takenIn(run)).size, run.runId).toBe(takenIn(run).length);
      if (story.saga !== undefined) checkSaga(run, story.saga);
      const paths = effectLines().flatMap(({ runId, path }) => (runId === run.runId ? path : []));
      story.check?.(run, paths);
    }
  },
);

/** In each attempt of a scope, what has completed is compensated once, the last first, and then `finally` runs once. */
function checkSaga({ runId, records }: StoredRun, path: string): void {
  let done: string[] = [];
  let cleaned: string[] = [];
  let hasBegun = false;
  const check = (): void => {
    const compensated = done.toReversed().map((id) => (id === "a" ? "undoA" : "undoB"));
    if (hasBegun) expect(cleaned, runId).toEqual([...compensated, "free"]);
    [done, cleaned, hasBegun] = [[], [], false];
  };
  for (const record of records) {
    if (record.kind === "attemptFailed" && record.path === path) check();
    if ((record.kind !== "outcome" && record.kind !== "started") || !record.path.startsWith(`${path}.`)) continue;
    const id = record.path.slice(path.length + 1);
    if (["a", "b"].includes(id) && (record.kind === "started" || record.node.status !== "skipped")) hasBegun = true;
    if (record.kind !== "outcome" || record.node.status !== "completed") continue;
    if (["a", "b"].includes(id)) done.push(id);
    if (["undoA", "undoB", "free"].includes(id)) cleaned.push(id);
  }
  check();
}
