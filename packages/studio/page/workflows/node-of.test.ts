import { expect, test } from "vitest";
import { nodeOf } from "./node-of.ts";

const blueprint = {
  name: "w",
  nodes: [
    { id: "a", type: "loop", body: [{ id: "b", note: "in a" }] },
    { id: "b", note: "outside" },
    {
      id: "c",
      type: "parallel",
      branches: { one: { nodes: [{ id: "d", type: "scope", body: [{ id: "b", note: "deep" }] }] } },
    },
  ],
};

test("a node is found by its path, not by its id alone", () => {
  expect(nodeOf(blueprint, "b")).toEqual({ id: "b", note: "outside" });
  expect(nodeOf(blueprint, "a.b")).toEqual({ id: "b", note: "in a" });
  expect(nodeOf(blueprint, "c.d.b")).toEqual({ id: "b", note: "deep" });
  expect(nodeOf(blueprint, "c.b")).toBeUndefined();
  expect(nodeOf(blueprint, "a.b.c")).toBeUndefined();
  expect(nodeOf(blueprint, "gone")).toBeUndefined();
});
