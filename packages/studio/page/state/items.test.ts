import { expect, test } from "vitest";
import { cellsOf, itemsOf } from "./items.ts";
import type { NodeState } from "./node-state.ts";
import type { NodeView } from "./run-reducer.ts";

const nodes = (states: Readonly<Record<string, NodeState>>): ReadonlyMap<string, NodeView> =>
  new Map(
    Object.entries(states).map(([path, state]) => [path, { path, state, type: "tool", attempt: 1, at: 1, spans: [] }]),
  );

test("an item is as bad as its worst node", () => {
  const items = itemsOf(
    nodes({ "l[0].a": "completed", "l[0].b": "skipped", "l[2].a": "failed", "l[2].b": "skipped", "l[3].a": "running" }),
  );
  expect(items.get("l")).toEqual(["completed", "pending", "failed", "running"]);
});

test("a loop in progress has all of its items, and an item runs until each node of the body has ended", () => {
  const known = new Map(nodes({ l: "running", "l[0].a": "completed", "l[0].b": "completed", "l[1].a": "completed" }));
  known.set("l", { ...known.get("l")!, items: 4 });
  const sizes = new Map([["l", 2]]);
  expect(itemsOf(known, sizes).get("l")).toEqual(["completed", "running", "pending", "pending"]);
  known.set("l", { ...known.get("l")!, state: "cancelled" });
  expect(itemsOf(known, sizes).get("l")).toEqual(["completed", "completed", "pending", "pending"]);
});

test("nodes in containers are none of the body", () => {
  const known = nodes({ l: "running", "l[0].a": "completed", "l[0].s.x": "completed", "l[0].s.y": "completed" });
  expect(itemsOf(known, new Map([["l", 2]])).get("l")).toEqual(["running"]);
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
