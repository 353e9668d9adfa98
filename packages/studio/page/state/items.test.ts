import { expect, test } from "vitest";
import { cellsOf, itemsOf } from "./items.ts";
import type { NodeState } from "./node-state.ts";
import type { NodeView } from "./run-reducer.ts";

const nodes = (states: Readonly<Record<string, NodeState>>): ReadonlyMap<string, NodeView> =>
  new Map(Object.entries(states).map(([path, state]) => [path, { path, state, type: "tool", attempt: 1, spans: [] }]));

test("an item is as bad as its worst node", () => {
  const items = itemsOf(
    nodes({ "l[0].a": "completed", "l[0].b": "skipped", "l[2].a": "failed", "l[2].b": "skipped", "l[3].a": "running" }),
  );
  expect(items.get("l")).toEqual(["completed", "pending", "failed", "running"]);
});

test("loops in loops have items of their own", () => {
  const items = itemsOf(nodes({ "l[0].m[1].a": "failed", "l[1].m[0].a": "completed" }));
  expect([...items]).toEqual([
    ["l", ["failed", "completed"]],
    ["l[0].m", ["pending", "failed"]],
    ["l[1].m", ["completed"]],
  ]);
});

test("many items share cells, and the worst state is shown", () => {
  const states = Array.from({ length: 1000 }, (_, at): NodeState => (at === 500 ? "failed" : "completed"));
  const cells = cellsOf(states);
  expect(cells.length).toBeLessThanOrEqual(400);
  expect(cells.filter(({ state }) => state === "failed")).toEqual([{ first: 498, state: "failed" }]);
  expect(cellsOf(states.slice(0, 400))).toHaveLength(400);
});
