import type { Issue } from "@ice/core";
import { expect, test } from "vitest";
import type { Paint } from "../terminal/terminal.ts";
import { issueReport } from "./issue-report.ts";

const plain: Paint = (_style, text) => text;
const issue: Issue = { code: "ICE_BLUEPRINT_SCHEMA", severity: "error", path: "/nodes/0/id", message: "is wrong" };
/** The line and its mark. */
const frame = (source: string, column: number): string[] =>
  issueReport([{ ...issue, line: 3, column }], "w.yaml", ["", "", source], plain)
    .split("\n")
    .slice(2, 4);

test.each([
  ["a word", "  - { id: a1, type: x }", "a1"],
  ["a word at the end of a list", "dependencies: [fetchh]", "fetchh"],
  ["a text in double quotes", 'text: "say \\"no\\" now", x', 'say \\"no\\" now'],
  ["a text in single quotes", "text: 'one two', x", "one two"],
  ["a list", "a: [1]", "[1"],
])("%s is marked", (_name, source, marked) => {
  const at = source.indexOf(marked);
  expect(frame(source, at + 1)).toEqual([`3 | ${source}`, `  | ${" ".repeat(at)}${"^".repeat(marked.length)}`]);
});

test("the end of a line is marked too", () => {
  expect(frame("a:", 3)).toEqual(["3 | a:", "  |   ^"]);
});

test("a tab before the value stays a tab in the line of the mark", () => {
  expect(frame('\t\t"id": 5', 9)).toEqual(['3 | \t\t"id": 5', "  | \t\t      ^"]);
});

test("control characters before and in the value take the width of their visible form", () => {
  expect(frame("\u0007: \u0007b", 4)).toEqual(["3 | \\u0007: \\u0007b", "  |         ^^^^^^^"]);
});

test("a very long line is cut around the value", () => {
  const source = `${"a, ".repeat(1000)}WRONG, ${"b, ".repeat(1000)}`;
  const [line, mark] = frame(source, 3001);
  expect(line!.length).toBeLessThan(200);
  expect(line).toMatch(/^3 \| ….*, WRONG, b.*…$/);
  expect(line!.slice(mark!.indexOf("^"), mark!.lastIndexOf("^") + 1)).toBe("WRONG");
});

test("a long value gets a short mark", () => {
  const [, mark] = frame("x".repeat(100), 1);
  expect(mark).toBe(`  | ${"^".repeat(60)}`);
});

test("an issue without a line shows its pointer, one without a position only the file", () => {
  expect(issueReport([issue, { ...issue, path: "", fix: "correct it" }], "w.yaml", [], plain)).toBe(
    "error ICE_BLUEPRINT_SCHEMA  is wrong\n  --> w.yaml at /nodes/0/id\n\n" +
      "error ICE_BLUEPRINT_SCHEMA  is wrong\n  --> w.yaml\nfix: correct it\n",
  );
});

test("a line that the file no longer has is left out", () => {
  expect(issueReport([{ ...issue, line: 9, column: 2 }], "w.yaml", [""], plain)).toBe(
    "error ICE_BLUEPRINT_SCHEMA  is wrong\n  --> w.yaml:9:2\n",
  );
});

test("errors are red and warnings yellow", () => {
  const marked: Paint = (style, text) => `<${style}>${text}</${style}>`;
  const [error, warning] = [issue, { ...issue, severity: "warning" } as const].map((one) =>
    issueReport([{ ...one, line: 1, column: 1 }], "w", ["id"], marked),
  );
  expect(error).toContain("<red>error</red> <bold>ICE_BLUEPRINT_SCHEMA</bold>");
  expect(error).toContain("<red>^^</red>");
  expect(warning).toContain("<yellow>warning</yellow>");
});
