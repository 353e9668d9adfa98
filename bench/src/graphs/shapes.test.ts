import { expect, test } from "vitest";
import { dependentsOf, levelsOf } from "./graph.ts";
import { shapes, type ShapeName } from "./shapes.ts";
import { weightedGraph } from "./weighted-graph.ts";

const names = Object.keys(shapes) as ShapeName[];

test.each(names)("%s has as many nodes as asked for, each after what it waits for", (name) => {
  const { dependencies } = shapes[name](1000);
  expect(dependencies).toHaveLength(1000);
  for (const [node, before] of dependencies.entries()) expect(before.every((at) => at < node)).toBe(true);
});

test("the levels of the shapes are what their names say", () => {
  const widths = (name: ShapeName, size: number): number[] => levelsOf(shapes[name](size)).map(({ length }) => length);
  expect(widths("chain", 3)).toEqual([1, 1, 1]);
  expect(widths("fan", 5)).toEqual([1, 3, 1]);
  expect(widths("layered", 16)).toEqual([4, 4, 4, 4]);
});

test("dependents are dependencies read the other way", () => {
  expect(dependentsOf(shapes.fan(4))).toEqual([[1, 2], [3], [3], []]);
});

test("things with weights become a graph in order, without cycles, as long as asked for", () => {
  const found = [
    { name: "top", weight: 1, needs: ["left", "right", "elsewhere"] },
    { name: "left", weight: 3, needs: ["right", "top"] },
    { name: "right", weight: 1, needs: [] },
  ];
  const { dependencies, durationsMs } = weightedGraph("found", found, 50);
  expect(dependencies).toEqual([[], [0], [1, 0]]);
  expect(durationsMs).toEqual([10, 30, 10]);
});
