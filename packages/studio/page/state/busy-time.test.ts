import { expect, test } from "vitest";
import type { RunEvent } from "../api/types.ts";
import { busyTimes, waitedMs } from "./busy-time.ts";
import { applyEvents, emptyRun } from "./run-reducer.ts";

let position = 0;
const event = (type: string, at: number, path: string, data: RunEvent["data"] = {}): RunEvent => ({
  id: `${++position}.0`,
  type,
  at,
  path,
  attempt: 1,
  data,
});
const asked = (path: string, at: number, answeredAt: number): RunEvent[] => [
  event("node.started", at, path),
  event("human.requested", at, path),
  event("human.responded", answeredAt, path),
];

test("waits one after another add up, and those at the same time count once", () => {
  const run = applyEvents(emptyRun, [...asked("a", 0, 100), ...asked("b", 200, 300), ...asked("c", 250, 350)]);
  expect(waitedMs(run, 1000)).toBe(250);
});

test("time in which something else works is no time of waiting", () => {
  const events = [...asked("a", 0, 100), event("node.completed", 50, "b", { durationMs: 20 })];
  expect(waitedMs(applyEvents(emptyRun, events), 1000)).toBe(80);
});

test("a container lasts as long as what waits in it, so it does not work", () => {
  const run = applyEvents(emptyRun, [
    event("node.started", 0, "l"),
    event("node.completed", 10, "l[0].x", { durationMs: 10 }),
    event("node.started", 10, "l[0].ask"),
    event("human.requested", 10, "l[0].ask"),
  ]);
  expect(waitedMs(run, 1010)).toBe(1000);
  expect(busyTimes(run, 1010)).toEqual([{ start: 0, end: 10 }]);
});
