import { expect, test } from "vitest";
import type { NodeState } from "../state/node-state.ts";
import { emptyRun } from "../state/run-reducer.ts";
import { timelineRows } from "./timeline-rows.ts";

const states: Readonly<Record<string, NodeState>> = {
  rows: "completed",
  list: "completed",
  "list[0].price": "completed",
  "list[1].price": "failed",
  "list[1].next.deep": "skipped",
};
const run = {
  ...emptyRun,
  nodes: new Map(
    Object.entries(states).map(([path, state]) => [
      path,
      {
        path,
        state,
        type: "tool",
        attempt: 1,
        at: 0,
        spans: state === "skipped" ? [] : [{ kind: "attempt" as const, attempt: 1, state, start: 0 }],
      },
    ]),
  ),
};
const graph = ["rows", "list", "later"].map((path) => ({ path, id: path, type: "tool", dependencies: [] }));
const labels = (options: Partial<Parameters<typeof timelineRows>[0]>) =>
  timelineRows({ graph, run, at: undefined, failedOnly: false, topLevel: true, ...options }).map(
    ({ label, depth }) => `${" ".repeat(depth)}${label}`,
  );

test("the top level has all nodes, and below them what failed or is selected", () => {
  expect(labels({})).toEqual(["rows", "list", " [1].price", "later"]);
  expect(labels({ at: "list[0].price" })).toEqual(["rows", "list", " [0].price", " [1].price", "later"]);
});

test("all nodes that have a time stand below their containers", () => {
  expect(labels({ topLevel: false })).toEqual(["rows", "list", " [0].price", " [1].price"]);
});

test("what failed can stand alone", () => {
  expect(labels({ failedOnly: true })).toEqual(["list[1].price"]);
});
