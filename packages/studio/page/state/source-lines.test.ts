import { expect, test } from "vitest";
import type { Json } from "../api/types.ts";
import { linesOf, sourceLines } from "./source-lines.ts";

const blueprint: Json = {
  name: "w",
  nodes: [
    { id: "a", type: "tool", toolArgs: { id: "b", text: "x" } },
    { id: "l", type: "loop", body: [{ id: "b", type: "tool" }], branches: { ok: [{ id: "c" }] } },
  ],
  empty: [],
  long: "x".repeat(100),
};
const paths = new Set(["a", "l", "l.b", "l.c"]);
const lines = sourceLines(blueprint, (path) => paths.has(path));

test("the lines are the blueprint", () => {
  expect(JSON.parse(lines.map(({ text }) => text).join("\n"))).toEqual(blueprint);
});

test("each node begins a line, what is short stands in one", () => {
  expect(lines.filter(({ isStart }) => isStart).map(({ node }) => node)).toEqual(["a", "l", "l.b", "l.c"]);
  expect(lines.map(({ text }) => text)).toContain('"toolArgs": { "id": "b", "text": "x" }');
});

test("a node has lines from its opening to its closing bracket", () => {
  const { first, last } = linesOf(lines, "l")!;
  expect([lines[first]?.text, lines[last]?.text]).toEqual(["{", "}"]);
  const inside = lines.slice(first, last + 1).map(({ node }) => node);
  expect(new Set(inside)).toEqual(new Set(["l", "l.b", "l.c"]));
  expect(linesOf(lines, "gone")).toBeUndefined();
});
