import { expect, test } from "vitest";
import type { Items } from "./items.ts";
import { shownItem, shownPaths } from "./shown-paths.ts";

const items: Items = new Map([
  ["l", ["completed", "failed"]],
  ["l[1].m", ["completed", "completed", "completed"]],
]);
const node = (path: string, parent?: string) => ({
  path,
  id: path,
  type: "tool",
  dependencies: [],
  ...(parent !== undefined && { parent }),
});
const graph = [node("l"), node("l.c", "l"), node("l.c.a", "l.c"), node("l.m", "l"), node("l.m.x", "l.m")];

test("the item is the selected one, the chosen one, or the first that failed", () => {
  expect(shownItem("l", items, "l[0].a", new Map([["l", 1]]))).toBe(0);
  expect(shownItem("l", items, "b", new Map([["l", 0]]))).toBe(0);
  expect(shownItem("l", items, undefined, new Map())).toBe(1);
  expect(shownItem("l[1].m", items, undefined, new Map())).toBe(0);
});

test("paths contain the items that are shown, also of loops in loops", () => {
  const paths = shownPaths(graph, items, (loop) => shownItem(loop, items, "l[1].m[2].x", new Map()));
  expect(Object.fromEntries(paths)).toEqual({
    l: "l",
    "l.c": "l[1].c",
    "l.c.a": "l[1].c.a",
    "l.m": "l[1].m",
    "l.m.x": "l[1].m[2].x",
  });
});
