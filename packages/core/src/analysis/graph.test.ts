import fc from "fast-check";
import { expect, test } from "vitest";
import { findCycle } from "./graph.ts";

test("a graph has a cycle exactly when there is no topological order, and the cycle found is one", () => {
  const graph = fc
    .integer({ min: 1, max: 12 })
    .chain((size) =>
      fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }),
    );
  fc.assert(
    fc.property(graph, (dependencies) => {
      const cycle = findCycle(dependencies);
      const done = new Set<number>();
      for (let before = -1; before !== done.size;) {
        before = done.size;
        for (const [node, needs] of dependencies.entries()) if (needs.every((need) => done.has(need))) done.add(node);
      }
      expect(cycle === undefined).toBe(done.size === dependencies.length);
      for (const [at, node] of (cycle ?? []).entries())
        expect(dependencies[cycle![(at + 1) % cycle!.length]!]).toContain(node);
      const around = dependencies.map((_, start) => {
        let reached = new Set([start]);
        for (let length = 1; length <= dependencies.length; length += 1) {
          reached = new Set([...reached].flatMap((node) => dependencies[node]!));
          if (reached.has(start)) return length;
        }
        return Infinity;
      });
      expect(cycle?.length ?? Infinity).toBe(Math.min(...around));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("a ring of two is found beside and inside a ring of 9,990", () => {
  const ring = Array.from({ length: 9990 }, (_, node) => [(node + 1) % 9990]);
  expect(findCycle([...ring, [9991], [9990]])?.toSorted()).toEqual([9990, 9991]);
  const inside = ring.map((before) => [...before]);
  inside[5001]!.push(5000);
  expect(findCycle(inside)?.toSorted()).toEqual([5000, 5001]);
});

test("cycles are found in bounded time, however many there are", () => {
  const dense = Array.from({ length: 1000 }, (_, node) =>
    Array.from({ length: 999 }, (_, other) => (node + other + 1) % 1000),
  );
  expect(findCycle(dense)).toHaveLength(2);
  const layers = Array.from({ length: 30 * 100 }, (_, node) =>
    node < 100
      ? node === 0
        ? [2900]
        : []
      : Array.from({ length: 100 }, (_, other) => (Math.floor(node / 100) - 1) * 100 + other),
  );
  expect(findCycle(layers)).toHaveLength(30);
});

test("the shortest cycle is named, in the direction of flow", () => {
  expect(findCycle([[1], [2], [3], [0], [5], [4]])).toHaveLength(2);
  expect(findCycle([[2], [0], [1]])).toEqual([0, 1, 2]);
});
