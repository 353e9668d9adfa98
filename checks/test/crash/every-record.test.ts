import type { ChildNode, StoredRun } from "@ice/core";
import { openSqliteRunStore } from "@ice/orchestrator";
import { expect, test } from "vitest";
import { after, effect, endless, endlessSaga, fail, node, saga, send, whenDone } from "./language-nodes.ts";
import { newPlace, startWorker } from "./processes.ts";
import { checkPromise } from "./promise.ts";
import type { Stop } from "./stops.ts";

interface Story {
  readonly nodes: readonly ChildNode[];
  readonly settings?: object;
  /** Path of the scope that undoes its two effects, if there is one. */
  readonly saga?: string;
  /** How often that scope is repeated. */
  readonly repetitions?: number;
  readonly ends: string;
  readonly check?: (run: StoredRun, effects: readonly string[]) => void;
}

const takenIn = ({ records }: StoredRun): string[] =>
  records.flatMap((record) => (record.kind === "outcome" ? (record.takes ?? []) : []));

const stories: Readonly<Record<string, Story>> = {
  "a failure that is caught": {
    nodes: [saga([fail(after("b"))], { catch: { body: [effect("c")] } })],
    saga: "s",
    ends: "completed",
  },
  "a failure that is tried again": {
    nodes: [
      saga([fail(after("b"))], {
        retryPolicy: { maxAttempts: 2, backoffStrategy: "fixed", backoffSeconds: 0.01, retryOn: ["OOPS"] },
      }),
    ],
    saga: "s",
    repetitions: 1,
    ends: "failed",
  },
  "a lost race": {
    nodes: [node("p", "parallel", { settle: "first", branches: [[endlessSaga()], [whenDone()]] })],
    saga: "p.s",
    ends: "completed",
  },
  "its own signal": {
    nodes: [saga([send("tell", "stop", after("b")), endless("slow", after("b"))], { cancelOn: "stop" })],
    saga: "s",
    ends: "failed",
  },
  "its time limit": { nodes: [endlessSaga({ timeoutSeconds: 0.5 })], saga: "s", ends: "failed" },
  "the time limit of the run": {
    nodes: [endlessSaga()],
    settings: { timeoutSeconds: 0.5 },
    saga: "s",
    ends: "failed",
  },
  "an end beside it": {
    nodes: [endlessSaga(), whenDone(), node("e", "end", { status: "failed", code: "ENOUGH", ...after("ready") })],
    saga: "s",
    ends: "failed",
  },
  "an end inside it": {
    nodes: [saga([node("e", "end", { status: "failed", code: "ENOUGH", ...after("b") })])],
    saga: "s",
    ends: "failed",
  },
  "signals, of which each wait takes one": {
    nodes: [
      node("tell", "loop", { itemsSource: "range(3)", body: [send("one", "go")] }),
      node("each", "loop", {
        itemsSource: "range(3)",
        parallel: true,
        body: [node("w", "wait", { signal: "go" }), effect("e", {}, after("w"))],
      }),
      node("late", "wait", { signal: "go", seconds: 0.3, ...after("each") }),
    ],
    ends: "completed",
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
    check(run, effects) {
      expect(run.signals).toHaveLength(4);
      expect(takenIn(run)).toEqual(run.signals.slice(0, 3).map(({ id }) => id));
      expect(new Set(effects).size).toBe(3);
    },
  },
};

/** More records than any of these runs makes in its first process. */
const most = 32;

test.each(Object.entries(stories))(
  "%s: a process dies before and after every record, the next one dies too, and the third keeps the promise",
  async (_name, story) => {
    const { db, effects, effectLines } = newPlace();
    const { nodes, settings, repetitions = 0 } = story;
    const deaths = Array.from({ length: most }, (_, index) =>
      (["before", "after"] as const).map((place) => [`${place}-${index + 1}`, { place, at: index + 1 }] as const),
    ).flat();
    const again = deaths.map(([runId], index): [string, Stop] => [
      runId,
      { place: index % 3 === 0 ? "before" : "after", at: 2 + (index % 5) },
    ]);
    const runs = deaths.map(([runId]) => runId);
    const blueprint = { name: "w", nodes, ...(settings && { settings }) };
    const read = async (): Promise<Map<string, StoredRun>> => {
      const store = await openSqliteRunStore(db);
      try {
        const known = await Promise.all(runs.map((runId) => store.read(runId).catch(() => undefined)));
        return new Map(known.flatMap((run) => (run === undefined ? [] : [[run.runId, run] as const])));
      } finally {
        await store.close();
      }
    };

    let left = new Map<string, StoredRun>();
    let seen = 0;
    const lives: Readonly<Record<string, Stop>>[] = [Object.fromEntries(deaths), Object.fromEntries(again), {}];
    for (const holdAt of lives) {
      const worker = startWorker({ db, effects, runs, blueprint, holdAt });
      const lines = await worker.ended;
      expect(worker.process.signalCode, JSON.stringify(lines)).toBe(holdAt === lives[2] ? null : "SIGKILL");
      const now = await read();
      const all = effectLines();
      for (const runId of runs) {
        const run = now.get(runId);
        if (run === undefined) continue;
        const of = (from: number, to?: number) => all.slice(from, to).filter((effect) => effect.runId === runId);
        checkPromise({ before: left.get(runId), after: run, effects: of(0), seen: of(0, seen).length, repetitions });
      }
      expect(now.get(runs.at(-1)!)?.status, "more than `most` records").toBe(story.ends);
      [left, seen] = [now, all.length];
    }

    for (const [runId, run] of left) {
      expect(run, runId).toMatchObject({ status: story.ends });
      expect(new Set(takenIn(run)).size, runId).toBe(takenIn(run).length);
      if (story.saga !== undefined) checkSaga(run, story.saga);
      const paths = effectLines().flatMap((effect) => (effect.runId === runId ? effect.path : []));
      story.check?.(run, paths);
    }
    expect(left.size).toBe(runs.length);
  },
);

/** What a scope has completed is undone once, the last first, unless it succeeds; then everything is freed. In each attempt. */
function checkSaga({ runId, records }: StoredRun, path: string): void {
  let done: string[] = [];
  let cleaned: string[] = [];
  let hasBegun = false;
  const check = (): void => {
    const undone = done.toReversed().map((id) => `undo${id.toUpperCase()}`);
    if (hasBegun) expect(cleaned, runId).toEqual([...undone, "free"]);
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
