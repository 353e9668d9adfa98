import { expect, test } from "vitest";
import { NodeRecords } from "./node-records.ts";

const skipped = { type: "tool", status: "skipped", attempts: 0, skipReason: "branchNotTaken" } as const;
const completed = { type: "tool", status: "completed", attempts: 1, output: { n: 1 } } as const;

test("a node is skipped once, until its container starts again", () => {
  const nodes = new NodeRecords();
  expect(["c.a", "c.a", "cc.a"].map((path) => nodes.addSkipped({ path, node: skipped }))).toEqual([true, false, true]);
  nodes.forgetBelow("c");
  expect(Object.keys(nodes.byPath())).toEqual(["cc.a"]);
  expect(["c.a", "cc.a"].map((path) => nodes.addSkipped({ path, node: skipped }))).toEqual([true, false]);
});

test("the last record of a path counts, at the position of the first, and is frozen when it is returned", () => {
  const nodes = new NodeRecords();
  nodes.addSkipped({ path: "c.a", node: skipped });
  nodes.add({ path: "b", node: completed });
  nodes.add({ path: "c.a", node: completed });
  const byPath = nodes.byPath();
  expect(Object.entries(byPath)).toEqual([
    ["c.a", completed],
    ["b", completed],
  ]);
  expect([byPath["b"], byPath["b"]!.output].map(Object.isFrozen)).toEqual([true, true]);
});
