import type { Issue } from "@ice/core";
import { expect, test } from "vitest";
import { linesOfFile, linesOfJson } from "./issue-lines.ts";

const issue = (path: string, more: Partial<Issue> = {}): Issue => ({
  code: "ICE_X",
  severity: "error",
  path,
  message: path,
  ...more,
});
const marked = (lines: ReturnType<typeof linesOfJson>): unknown[] =>
  lines.flatMap(({ text, issues }) => (issues.length === 0 ? [] : [[text.trim(), issues.map(({ path }) => path)]]));

test("an issue stands at the line of its pointer, or of what is around it", () => {
  const value = {
    name: "a",
    nodes: [
      { id: "x", args: {} },
      { id: "y", "a/b": 1 },
    ],
    empty: [],
  };
  const lines = linesOfJson(value, [
    issue("/nodes/1/id"),
    issue("/nodes/1/a~1b"),
    issue("/nodes/0/args/deep/er"),
    issue("/nodes/7"),
    issue("/gone"),
    issue(""),
  ]);
  expect(JSON.parse(lines.map(({ text }) => text).join("\n"))).toEqual(value);
  expect(marked(lines)).toEqual([
    ["{", ["/gone", ""]],
    ['"nodes": [', ["/nodes/7"]],
    ['"args": {}', ["/nodes/0/args/deep/er"]],
    ['"id": "y",', ["/nodes/1/id"]],
    ['"a/b": 1', ["/nodes/1/a~1b"]],
  ]);
});

test("an issue of a file stands at its line, and at the last one of a file that is shorter by now", () => {
  const lines = linesOfFile("a: 1\r\nb: [", [issue("/b", { line: 2 }), issue("/c", { line: 9 }), issue("")]);
  expect(marked(lines)).toEqual([
    ["a: 1", [""]],
    ["b: [", ["/b", "/c"]],
  ]);
});
