import { expect, test } from "vitest";
import type { RunEvent } from "../api/types.ts";
import { activeMs, applyEvents, emptyRun, waitedMs } from "./run-reducer.ts";

let position = 0;
const event = (type: string, at: number, path?: string, data: RunEvent["data"] = {}): RunEvent => ({
  id: `${++position}.0`,
  type,
  at,
  data,
  ...(path !== undefined && { path, attempt: type === "node.skipped" ? 0 : 1, nodeType: "tool" }),
});
const second = (one: RunEvent): RunEvent => ({ ...one, attempt: 2 });
const nodeAfter = (...events: readonly RunEvent[]) => applyEvents(emptyRun, events).nodes.get("a")!;

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
  expect(activeMs(node, 100)).toBe(20);
});

test("an attempt on a worker begins when it is placed, and ends when the next one is", () => {
  const node = nodeAfter(
    event("node.placed", 0, "a", { queue: "gpu" }),
    second(event("node.placed", 30, "a", { queue: "gpu" })),
    second(event("node.completed", 40, "a", { durationMs: 40 })),
  );
  expect(node.spans.map(({ start, end, state }) => [start, end, state])).toEqual([
    [0, 30, "failed"],
    [30, 40, "completed"],
  ]);
});

test("a question waits until it is answered", () => {
  const asked = [event("node.started", 0, "a"), event("human.requested", 5, "a", { promptMessage: "Go on?" })];
  const node = nodeAfter(...asked);
  expect(node).toMatchObject({ state: "waiting", asks: "Go on?" });
  expect(waitedMs(node, 25)).toBe(20);
  const answered = nodeAfter(...asked, event("human.responded", 15, "a"), event("node.completed", 16, "a"));
  expect(answered).toMatchObject({ state: "completed" });
  expect(waitedMs(answered, 100)).toBe(10);
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
