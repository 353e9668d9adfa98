import { expect, test } from "vitest";
import type { GraphNode } from "../api/types.ts";
import { drawGraph, type DrawnNode } from "./draw-graph.ts";

const node = (path: string, dependencies: readonly string[] = [], more: Partial<GraphNode> = {}): GraphNode => {
  const at = path.lastIndexOf(".");
  return {
    path,
    id: path.slice(at + 1),
    type: "tool",
    dependencies,
    ...(at > 0 && { parent: path.slice(0, at), group: "body" }),
    ...more,
  };
};
const graph = [
  node("rows"),
  node("l", ["rows"], { type: "loop" }),
  node("l.price"),
  node("l.shelf", ["l.price"], { type: "condition" }),
  node("l.shelf.yes", [], { group: "truePath" }),
  node("l.shelf.no", [], { group: "falsePath" }),
  node("l.after", ["l.shelf"]),
  node("end", ["l"]),
];
const draw = (isOpen = true, cells = 48) => drawGraph(graph, { isOpen: () => isOpen, cells: () => cells });

test("an open container surrounds what is in it", () => {
  const { nodes } = draw();
  const byPath = new Map(nodes.map((one) => [one.node.path, one]));
  const box = byPath.get("l")!;
  const isInside = (one: DrawnNode): boolean =>
    one.x >= box.x &&
    one.y >= box.y &&
    one.x + one.width <= box.x + box.width &&
    one.y + one.height <= box.y + box.height;
  for (const path of ["l.price", "l.shelf", "l.shelf.yes", "l.shelf.no", "l.after"])
    expect(isInside(byPath.get(path)!), path).toBe(true);
  expect(isInside(byPath.get("end")!)).toBe(false);
});

test("a closed container is a card, and hides what is in it", () => {
  const { nodes } = draw(false);
  expect(nodes.map((one) => [one.node.path, one.kind, one.isOpen])).toEqual([
    ["rows", "card", false],
    ["l", "box", false],
    ["end", "card", false],
  ]);
});

test("branches stand behind their condition, and what depends on it behind their ends", () => {
  const edges = draw().edges.map(({ from, to }) => `${from} ${to}`);
  expect(edges.toSorted()).toEqual(
    [
      "rows l",
      "l end",
      "l.price l.shelf",
      "l.shelf l.shelf.yes",
      "l.shelf l.shelf.no",
      "l.shelf.yes l.after",
      "l.shelf.no l.after",
    ].toSorted(),
  );
});

test("groups of a container stand below each other, with their names", () => {
  const { labels } = drawGraph([node("s", [], { type: "scope" }), node("s.a"), node("s.b", [], { group: "finally" })], {
    isOpen: () => true,
    cells: () => 0,
  });
  expect(labels.map(({ text }) => text)).toEqual(["body", "finally"]);
  expect(labels[0]!.y).toBeLessThan(labels[1]!.y);
});

test("many nodes have small cards, close together", () => {
  const many = Array.from({ length: 168 }, (_, at) => node(`s.n${at}`, at < 21 ? [] : [`s.n${at - 21}`]));
  const { nodes, width, height } = drawGraph([node("s", [], { type: "scope" }), ...many], {
    isOpen: () => true,
    cells: () => 0,
  });
  expect(nodes.filter(({ isSmall }) => isSmall)).toHaveLength(168);
  expect(width).toBeLessThan(900);
  expect(height).toBeLessThan(1000);
  expect(draw().nodes.some(({ isSmall }) => isSmall)).toBe(false);
});
