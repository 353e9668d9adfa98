import { expect, test } from "vitest";
import type { LiveEvent, RunEvent } from "../api/types.ts";
import { applyEvents, emptyRun } from "./run-reducer.ts";
import { attemptsOf, lastedMs } from "./spans.ts";

let position = 0;
const event = (type: string, at: number, path?: string, data: RunEvent["data"] = {}): RunEvent => ({
  id: `${++position}.0`,
  type,
  at,
  data,
  ...(path !== undefined && { path, attempt: type === "node.skipped" ? 0 : 1, nodeType: "tool" }),
});
const second = (one: RunEvent): RunEvent => ({ ...one, attempt: 2 });
const started = (at: number, attempt = 1): LiveEvent => ({
  type: "node.started",
  at,
  path: "a",
  nodeType: "tool",
  attempt,
  data: {},
});
const nodeAfter = (...events: readonly (RunEvent | LiveEvent)[]) => applyEvents(emptyRun, events).nodes.get("a")!;

test("a node whose start has no record began its duration before its end", () => {
  const node = nodeAfter(event("node.completed", 1000, "a", { durationMs: 300 }));
  expect(node).toMatchObject({ state: "completed", spans: [{ kind: "attempt", start: 700, end: 1000 }] });
});

test("each attempt is a span of its own", () => {
  const node = nodeAfter(
    event("node.started", 0, "a"),
    event("node.retryScheduled", 10, "a", { durationMs: 10 }),
    second(event("node.started", 50, "a")),
    second(event("node.failed", 60, "a", { durationMs: 10, error: { code: "X", message: "no" } })),
  );
  expect(node).toMatchObject({ state: "failed", attempt: 2, error: { code: "X" } });
  expect(node.spans.map(({ start, end, state }) => [start, end, state])).toEqual([
    [0, 10, "failed"],
    [50, 60, "failed"],
  ]);
  expect(lastedMs(node, 100)).toBe(20);
});

test("an attempt on a worker begins when it is placed, and ends when the next one is", () => {
  const node = nodeAfter(
    event("node.placed", 0, "a", { queue: "gpu" }),
    second(event("node.placed", 30, "a", { queue: "gpu" })),
    second(event("node.completed", 40, "a", { durationMs: 40 })),
  );
  expect(node.spans.map(({ start, end, state }) => [start, end, state])).toEqual([
    [0, 30, "cancelled"],
    [30, 40, "completed"],
  ]);
});

test("a question waits until it is answered", () => {
  const asked = [event("node.started", 0, "a"), event("human.requested", 5, "a", { promptMessage: "Go on?" })];
  const node = nodeAfter(...asked);
  expect(node).toMatchObject({ state: "waiting", asks: "Go on?" });
  expect(lastedMs(node, 25)).toBe(25);
  expect(attemptsOf(node)).toEqual([{ number: 1, state: "waiting", start: 0 }]);
  const answered = nodeAfter(...asked, event("human.responded", 15, "a"), event("node.completed", 16, "a"));
  expect(answered).toMatchObject({ state: "completed" });
  expect(lastedMs(answered, 100)).toBe(15);
  expect(attemptsOf(answered)).toEqual([{ number: 1, state: "completed", start: 0, end: 15 }]);
});

test("a request that goes to other people is the same attempt", () => {
  const node = nodeAfter(
    event("node.started", 0, "a"),
    event("human.requested", 1, "a", { promptMessage: "Go on?" }),
    event("human.timedOut", 10, "a"),
    event("human.escalated", 11, "a", { promptMessage: "Go on?" }),
  );
  expect(node).toMatchObject({ state: "waiting", spans: [{ end: 10 }, { start: 11 }] });
  expect(attemptsOf(node)).toEqual([{ number: 1, state: "waiting", start: 0 }]);
});

test("a wait for a time or a signal is no question, and lasts until its end", () => {
  const wait = [event("node.started", 0, "a"), event("wait.started", 1, "a", { signals: ["paid"] })];
  expect(nodeAfter(...wait)).toMatchObject({ state: "suspended", asks: "waits for the signal paid" });
  const node = nodeAfter(...wait, event("node.completed", 20_000, "a", { durationMs: 20_000 }));
  expect(node).toMatchObject({ state: "completed", spans: [{ kind: "waiting", start: 0, end: 20_000 }] });
});

test("attempts without records of their starts begin after the pauses between them, the first one with its node", () => {
  const node = nodeAfter(
    event("node.retryScheduled", 105, "a", { delayMs: 1000 }),
    second(event("node.retryScheduled", 1110, "a", { delayMs: 2000 })),
    { ...event("node.failed", 3112, "a", { durationMs: 3012, error: { code: "X", message: "no" } }), attempt: 3 },
  );
  expect(node.spans.map(({ attempt, start, end, state }) => [attempt, start, end, state])).toEqual([
    [1, 100, 105, "failed"],
    [2, 1105, 1110, "failed"],
    [3, 3110, 3112, "failed"],
  ]);
  expect(lastedMs(node, 9999)).toBe(12);
});

test("an attempt after a restart begins after it", () => {
  const node = nodeAfter(
    event("node.retryScheduled", 100, "a", { delayMs: 1000 }),
    event("workflow.resumed", 5000),
    second(event("node.completed", 5003, "a", { durationMs: 2 })),
  );
  expect(node.spans.map(({ start, end }) => [start, end])).toEqual([
    [100, 100],
    [5001, 5003],
  ]);
});

test("an attempt that was lost with its process ends with the last record of that", () => {
  const node = nodeAfter(
    event("node.started", 10, "a"),
    event("node.completed", 50, "b", { durationMs: 1 }),
    event("workflow.resumed", 5000, undefined),
    second(event("node.started", 5001, "a")),
  );
  expect(attemptsOf(node)).toEqual([
    { number: 1, state: "cancelled", start: 10, end: 50 },
    { number: 2, state: "running", start: 5001 },
  ]);
});

test("a node runs as soon as its start is reported, and a report is no event of the run", () => {
  const view = applyEvents(emptyRun, [started(5)]);
  expect(view.nodes.get("a")).toMatchObject({ state: "running", type: "tool", spans: [{ start: 5 }] });
  expect(view.events).toEqual([]);
  const recorded = nodeAfter(started(5), event("node.started", 7, "a"));
  expect(recorded.spans).toEqual([{ kind: "attempt", attempt: 1, state: "running", start: 5 }]);
  const node = nodeAfter(started(5), event("node.completed", 9, "a", { durationMs: 4 }));
  expect(node).toMatchObject({ state: "completed", spans: [{ start: 5, end: 9 }] });
});

test("a report changes nothing about a node of which more is known", () => {
  const waits = [event("node.started", 0, "a"), event("wait.started", 1, "a")];
  expect(nodeAfter(...waits, started(5)).state).toBe("suspended");
  expect(nodeAfter(event("node.retryScheduled", 3, "a", { delayMs: 9 }), started(4, 2)).state).toBe("retrying");
  expect(nodeAfter(event("node.completed", 3, "a", { durationMs: 1 }), started(3)).state).toBe("completed");
  expect(nodeAfter(event("node.completed", 3, "a", { durationMs: 1 }), started(4)).state).toBe("running");
});

test("what was only reported is forgotten with its process", () => {
  expect(nodeAfter(started(5), event("workflow.suspended", 6))).toBeUndefined();
  expect(nodeAfter(started(5), event("workflow.resumed", 6), started(7))).toMatchObject({ spans: [{ start: 7 }] });
});

test("the start of a loop says how many items it has", () => {
  expect(nodeAfter(event("node.started", 0, "a", { items: 40 }))).toMatchObject({ items: 40 });
});

test("a skipped node has no span, and says why", () => {
  const node = nodeAfter(event("node.skipped", 5, "a", { skipReason: "whenFalse" }));
  expect(node).toMatchObject({ state: "skipped", skipReason: "whenFalse", spans: [] });
});

test("any division of the events into batches leads to the same view", () => {
  const events = [
    event("workflow.started", 0),
    event("node.started", 1, "a"),
    event("tool.returned", 2, "a"),
    event("node.completed", 3, "a", { durationMs: 2 }),
    event("node.completed", 4, "b", { durationMs: 1 }),
  ];
  const whole = applyEvents(emptyRun, events);
  for (let cut = 0; cut <= events.length; cut += 1)
    expect(applyEvents(applyEvents(emptyRun, events.slice(0, cut)), events.slice(cut))).toEqual(whole);
});
