import type { JournalRecord, JsonObject } from "@ice/core";
import { isBelow, finish } from "@ice/core/internal";
import { describe, expect, test } from "vitest";
import { historyOf as readHistory, type RunHistory } from "./history.ts";

const outcome = (path: string, at: number, attempts = 1): JournalRecord => ({
  kind: "outcome",
  at,
  path,
  node: { type: "tool", status: "completed", attempts, startedAt: at, endedAt: at, durationMs: 0, output: null },
  usage: { toolCalls: 2 },
});
const suspended = (at: number): JournalRecord => ({ kind: "suspended", at, reason: "waiting" });
const resumed = (at: number): JournalRecord => ({ kind: "resumed", at }) as JournalRecord;
const waiting = (path: string, at: number, request: number): JournalRecord =>
  ({ kind: "waiting", at, path, request, wait: { kind: "human", expiresAt: null } }) as unknown as JournalRecord;
const attemptFailed = (path: string, at: number, children: boolean): JournalRecord =>
  ({ kind: "attemptFailed", at, path, attempt: 1, children, usage: { toolCalls: 3 } }) as unknown as JournalRecord;

const started = (path: string, at: number, attempt = 1, fields?: JsonObject): JournalRecord =>
  ({ kind: "started", at, path, type: "tool", attempt, ...(fields && { fields }) }) as JournalRecord;
const checkpoint = (path: string, at: number, value: number): JournalRecord => ({
  kind: "checkpoint",
  at,
  path,
  value,
});
const paused = (at: number): JournalRecord => ({ kind: "suspended", at, reason: "paused", path: "m" }) as JournalRecord;
const stopped = (path: string, at: number, message: string): JournalRecord =>
  ({ kind: "stopped", at, path, error: { code: "E", message } }) as JournalRecord;
const pathsOf = (records: readonly { readonly path: string }[]): string[] => records.map(({ path }) => path);

const historyOf = (...records: JournalRecord[]): RunHistory => finish(readHistory({ records, startedAt: 1000 }));

describe("the active time of earlier processes", () => {
  test("is that of all of them, without the time in which the run was suspended", () => {
    const { activeMs } = historyOf(
      outcome("a", 1300),
      suspended(1500),
      resumed(9000),
      outcome("b", 9040),
      suspended(9050),
      resumed(20_000),
      outcome("c", 20_007),
    );
    expect(activeMs).toBe(500 + 50 + 7);
  });

  test("ends with the last record of a process that was interrupted", () => {
    expect(historyOf(outcome("a", 1300), resumed(50_000), outcome("b", 50_001)).activeMs).toBe(301);
  });

  test("does not shrink when the clock was set back", () => {
    expect(historyOf(outcome("a", 1300), suspended(900), resumed(400), outcome("b", 450)).activeMs).toBe(50);
  });
});

describe("processes that ended while they executed a node", () => {
  test("count if they have begun it, and have not released the run", () => {
    const records = [started("a", 1, 1), resumed(2), started("a", 3, 2), suspended(4), resumed(5), started("a", 6, 3)];
    expect(records.map((_, at) => historyOf(...records.slice(0, at + 1)).crashesOf("a"))).toEqual([1, 1, 2, 1, 1, 2]);
  });

  test("do not count if they ended before they began it again, or another process executed it", () => {
    expect(historyOf(started("a", 1), resumed(2), resumed(3), resumed(4)).crashesOf("a")).toBe(1);
    const placed = { ...started("a", 1), place: "gpu" } as JournalRecord;
    expect(historyOf(placed, resumed(2), resumed(3)).crashesOf("a")).toBe(0);
    expect(historyOf(started("a", 1), outcome("a", 2), resumed(3)).crashesOf("a")).toBe(0);
  });
});

describe("usage of earlier processes", () => {
  test("counts each node that ran, and none that was skipped", () => {
    const history = historyOf(outcome("a", 1100), outcome("s.b", 1200), outcome("s.c", 1300), outcome("s.d", 1400, 0));
    expect(history.spentBelow("")).toEqual({ nodes: 3, usage: { toolCalls: 6 } });
    expect(history.spentBelow("s.")).toEqual({ nodes: 2, usage: { toolCalls: 4 } });
  });

  test("includes what a failed attempt and its children used", () => {
    const history = historyOf(outcome("s.b", 1200), attemptFailed("s", 1300, true));
    expect(history.nodes.has("s.b")).toBe(false);
    expect(history.spentBelow("")).toEqual({ nodes: 1, usage: { toolCalls: 5 } });
  });
});

describe("requests", () => {
  test("keep their numbers when an attempt of the container makes them void", () => {
    const history = historyOf(waiting("s.ask", 1100, 1), waiting("s.ask", 1200, 2), attemptFailed("s", 1300, true));
    expect(history.requestsOf("s.ask")).toEqual([]);
    expect(history.requestsMade("s.ask")).toBe(2);
    expect(history.requestsMade("s.other")).toBe(0);
  });
});

describe("a path", () => {
  test("is below the node around it, and below no other with the same beginning", () => {
    const paths = ["s.a", "s[0].a", "s[0].", "s", "sa.b", "t.s.a", ""];
    expect(paths.filter((path) => isBelow(path, "s"))).toEqual(["s.a", "s[0].a", "s[0]."]);
  });
});

describe("outcomes", () => {
  const history = historyOf(
    outcome("b", 1100),
    outcome("a", 1200),
    outcome("l[0].x", 1300),
    started("l[1].y", 1400),
    outcome("l[1].z.q", 1500),
    outcome("l2[0].x", 1600),
  );

  test("are those of one scope, in the order in which they were recorded", () => {
    expect(["", "l[0].", "l[1].", "l[1].z.", "nothing."].map((prefix) => pathsOf(history.outcomesIn(prefix)))).toEqual([
      ["b", "a"],
      ["l[0].x"],
      [],
      ["l[1].z.q"],
      [],
    ]);
  });

  test("and what has begun show the scopes of a container", () => {
    expect([history.prefixesBelow("l"), history.prefixesBelow("l2"), history.prefixesBelow("a")]).toEqual([
      ["l[0].", "l[1]."],
      ["l2[0]."],
      [],
    ]);
  });

  test("say which iterations have begun in the current attempt of a container", () => {
    const looped = historyOf(started("l[1].y", 1100));
    expect([looped.hasBegun("l", "l[1]."), looped.hasBegun("l", "l[2].")]).toEqual([true, false]);
    looped.forgetAttempt("l", true);
    expect(looped.hasBegun("l", "l[1].")).toBe(false);
  });

  test("end everything inside their nodes", () => {
    const ended = historyOf(outcome("s", 1100), outcome("l[1]", 1200), outcome("t.u", 1300));
    const paths = ["s", "s.a", "s.a[3].b", "l[1].x", "l[0].x", "l", "t", "t.u.v", "t.w", "sx"];
    expect(paths.filter((path) => ended.isOver(path))).toEqual(["s", "s.a", "s.a[3].b", "l[1].x", "t.u.v"]);
  });
});

describe("attempts", () => {
  test("that began and failed are kept, the last of each", () => {
    const history = historyOf(
      started("a", 1100),
      attemptFailed("a", 1200, false),
      started("a", 1300, 2, { x: 1 }),
      started("b", 1400),
    );
    expect(history.attemptState("a")).toMatchObject({ started: { attempt: 2 }, failed: { at: 1200 } });
    expect([history.attemptState("b")?.failed, history.attemptState("c")]).toEqual([undefined, undefined]);
    expect([history.fieldsOf("a"), history.fieldsOf("b"), history.fieldsOf("c")]).toEqual([
      { x: 1 },
      undefined,
      undefined,
    ]);
    expect(history.retries).toBe(1);
  });

  test("are in progress when their node is entered again, in flight when it is not, and neither once it is over", () => {
    const history = historyOf(
      started("container", 1100, 1, {}),
      started("ended", 1110, 1, {}),
      started("container.leaf", 1120),
      started("ended.leaf", 1130),
      started("done", 1140),
      started("again", 1150),
      attemptFailed("again", 1160, false),
      attemptFailed("only", 1170, false),
      started("second", 1180),
      attemptFailed("second", 1190, false),
      started("second", 1200, 2),
      outcome("done", 1210),
      outcome("ended", 1220),
    );
    expect(pathsOf(history.inProgress())).toEqual(["container"]);
    expect(pathsOf(history.inFlight())).toEqual(["container.leaf", "second"]);
  });

  test("of a container make void what is below it, and nothing else", () => {
    const history = historyOf(
      outcome("s.b", 1100),
      outcome("sb", 1100),
      outcome("t.b", 1100),
      started("s.c", 1200),
      started("s", 1200, 1, { x: 1 }),
      waiting("s.ask", 1300, 1),
      checkpoint("s.c", 1400, 1),
      checkpoint("s", 1400, 2),
      checkpoint("t", 1400, 3),
      stopped("s.", 1500, "halt"),
      stopped("t.", 1500, "halt"),
      attemptFailed("s", 1600, true),
    );
    expect([...history.nodes.keys()]).toEqual(["sb", "t.b"]);
    expect([history.outcomesIn("s."), pathsOf(history.outcomesIn("t."))]).toEqual([[], ["t.b"]]);
    expect([history.attemptState("s.c"), history.fieldsOf("s"), history.requestsOf("s.ask")]).toEqual([
      undefined,
      { x: 1 },
      [],
    ]);
    expect([...history.checkpoints]).toEqual([["t", 3]]);
    expect([history.stopOf("s.")?.error, history.stopOf("t.")?.error]).toEqual([
      undefined,
      { code: "E", message: "halt" },
    ]);
  });

  test("without children make void only what they kept themselves", () => {
    const history = historyOf(
      outcome("s.b", 1100),
      checkpoint("s", 1200, 1),
      checkpoint("s.c", 1200, 2),
      attemptFailed("s", 1300, false),
    );
    expect([...history.nodes.keys(), ...history.checkpoints.keys()]).toEqual(["s.b", "s.c"]);
  });
});

describe("checkpoints", () => {
  const before = [checkpoint("b", 1100, 1), checkpoint("a", 1200, 2), checkpoint("b", 1300, 3)];

  test("are the last of each path, in the order of the first", () => {
    expect([...historyOf(...before).checkpoints]).toEqual([
      ["b", 3],
      ["a", 2],
    ]);
  });

  test("are younger than the last pause of the run, or not", () => {
    const young = (history: RunHistory) => ["a", "b", "c"].filter((path) => history.isKeptSincePause(path));
    expect(young(historyOf(...before, suspended(1400)))).toEqual(["a", "b"]);
    expect(young(historyOf(...before, paused(1400), checkpoint("a", 1500, 4)))).toEqual(["a"]);
  });
});

test("the last requests are one for each path, with the answers still to come", () => {
  const history = historyOf(waiting("a", 1100, 1), waiting("b", 1200, 1), waiting("a", 1300, 2));
  expect(history.lastRequests().map(({ path, request }) => [path, request])).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
  expect(history.requestsOf("a").map(({ request }) => request)).toEqual([1, 2]);
});

test("why a workflow was stopped is known by the prefix of its paths", () => {
  const history = historyOf(stopped("", 1100, "whole"), stopped("s.", 1200, "part"));
  expect(["", "s.", "t."].map((prefix) => history.stopOf(prefix)?.error?.message)).toEqual([
    "whole",
    "part",
    undefined,
  ]);
});
