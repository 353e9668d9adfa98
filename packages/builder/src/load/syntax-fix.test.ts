import { expect, test } from "vitest";
import { parseText } from "./parse-text.ts";

const issueOf = (text: string, format: "yaml" | "json" = "yaml") => {
  const parsed = parseText(text, { format });
  return parsed.ok ? undefined : parsed.issues[0]!;
};

const head = "name: w\nnodes:\n  - id: a\n";

test.each([
  [`${head}     type: tool\n    toolName: echo\n`, "indent line 4 with 4 spaces, as far as `id` in line 3"],
  [`${head}    type: tool\n   toolName: echo\n`, "indent line 5 with 4 spaces, as far as `type` in line 4"],
  ["schemaVersion: ice/v1\nname: w\n nodes: []\n", "indent line 3 with no spaces, as far as `name` in line 2"],
  [`${head}    list:\n        - a\n       - b\n`, "indent line 6 with 8 spaces, as far as `- ` in line 5"],
  [
    `${head}  type: tool\n`,
    "indent line 4 with 4 spaces, as far as `id` in line 3, or begin it with `- ` if it is another entry",
  ],
  [
    `${head}    type: tool\n  id: b\n`,
    "indent line 5 with 4 spaces, as far as `type` in line 4, or begin it with `- ` if it is another entry",
  ],
])("wrong indentation: following the fix works", (text, fix) => {
  expect(issueOf(text)).toMatchObject({ code: "ICE_BLUEPRINT_SYNTAX", fix });
  const [, line = "", count = ""] = /^indent line (\d+) with (\d+|no) spaces/.exec(fix)!;
  const lines = text.split("\n");
  const rest = lines[Number(line) - 1]!.trimStart();
  const indented = (written: string): string =>
    lines.with(Number(line) - 1, " ".repeat(count === "no" ? 0 : Number(count)) + written).join("\n");
  const duplicate = rest.startsWith("id: b");
  expect(issueOf(indented(rest))).toEqual(duplicate ? expect.anything() : undefined);
  if (fix.includes("begin it with"))
    expect(issueOf(lines.with(Number(line) - 1, `  - ${rest}`).join("\n"))).toBeUndefined();
});

test.each([
  [`${head}    args: { a: 1\n    toolName: echo\n`, "close the `{` in line 4 with `}`"],
  [`${head}    args: [1, 2\n    toolName: echo\n`, "close the `[` in line 4 with `]`"],
  [`${head}    args: "abc\n    toolName: echo\n`, 'close the " in line 4'],
  [`${head}    args: 'abc\n`, "close the ' in line 4"],
  [`${head}    args: { a: 1\n`, "close the `{` in line 4 with `}`"],
  [`${head}    args: { a: 1 b: 2 }\n`, expect.stringContaining("line 4")],
  [`${head}    word\n    type: tool\n`, expect.stringMatching(/line [45]/)],
])("what is not closed is named with its line", (text, fix) => {
  expect(issueOf(text)).toMatchObject({ code: "ICE_BLUEPRINT_SYNTAX", fix });
});

test.each([
  ['{"a": [1, 2,]\n}', "remove the comma before the `]` in line 1"],
  ['{"a": 1,\n}', "remove the comma before the `}` in line 2"],
  ["{'a': 1}", "write names and strings in double quotes in line 1"],
  ["{a: 1}", "put the word in line 1 into double quotes"],
  ['{\n"a": 1\n"b": 2}', 'write a comma before the " in line 3'],
  ['{"a": 1 // one\n}', "remove the comment in line 1: JSON has none, YAML has (#)"],
  ['{"a": [1', "close what is open at the end of the file"],
])("%j is not JSON: %s", (text, fix) => {
  expect(issueOf(text, "json")).toMatchObject({ code: "ICE_BLUEPRINT_SYNTAX", fix });
});

test("a long text is scanned once", () => {
  const text = `${head}${"    - x\n".repeat(20_000)}   a: 1\n`;
  const begin = performance.now();
  expect(issueOf(text)?.fix).toMatch(/line/);
  expect(performance.now() - begin).toBeLessThan(1000 * Number(process.env["ICE_TEST_SLOWNESS"] ?? 1));
});
