import { expect, test } from "vitest";
import { suggest } from "./suggest.ts";

test.each([
  ["fetchh", "fetch"],
  ["toolNmae", "toolName"],
  ["ids", "id"],
  ["di", "id"],
  ["aa", "a"],
  ["ID", "id"],
  ["A", "a"],
])("%s is nearly %s", (word, meant) => {
  expect(suggest(word, ["a", "id", "fetch", "toolName", "dependencies"])).toBe(meant);
});

test.each(["1", "c", "if", "xy", "needs"])("%s is not similar to any name", (word) => {
  expect(suggest(word, ["a", "id", "fetch", "toolName", "dependencies"])).toBeUndefined();
});
