import { expect, test } from "vitest";
import { finish } from "../time/steps.ts";
import { countJsonParts } from "./json-parts.ts";

test.each([
  ["1", 0, 0],
  ["[]", 1, 1],
  ['{"a": [1, 2], "b": {}}', 5, 2],
  [String.raw`["[{:\"[{:\\", "\\"]`, 1, 1],
  ["[[[]], []]", 4, 3],
])("%s has %i parts in %i levels", (text, count, depth) => {
  expect(finish(countJsonParts(text))).toEqual({ count, depth });
});

test("counts no further than it has to, and pauses", () => {
  const lists = `[${"[],".repeat(1_000_000)}[]]`;
  expect(finish(countJsonParts(lists))).toMatchObject({ count: 1_000_001 });
  expect(finish(countJsonParts(lists, 10))).toMatchObject({ count: 11 });
  expect([...countJsonParts(lists)].length).toBeGreaterThan(30);
});
