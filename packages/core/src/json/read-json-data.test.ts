import { expect, test } from "vitest";
import { readJsonData } from "./read-json-data.ts";

test("JSON is data: frozen, and without keys `__proto__`, however they are written", () => {
  const read = readJsonData(String.raw`{"a":[{"__proto__":{"x":1},"\u005f_proto__":2,"n":1.5}],"constructor":{"y":1}}`);
  expect(read).toEqual({ value: { a: [{ n: 1.5 }], constructor: { y: 1 } } });
  expect("value" in read && Object.isFrozen((read.value as { readonly a: readonly unknown[] }).a[0])).toBe(true);
});

test.each([
  ['{"n":[1,1234567890123456789]}', "has a number at /n/1 that would lose digits: 1234567890123456789"],
  ["1e999", "has a number that would lose digits: 1e999"],
  [`${"[".repeat(1001)}${"]".repeat(1001)}`, "nests deeper than 1000 levels"],
  [`[${"[],".repeat(1_000_000)}1]`, "has more than 1000000 lists, objects and keys"],
  ["{", "is not JSON"],
  ["", "is not JSON"],
  ["[".repeat(1_000_000), "nests deeper than 1000 levels"],
])("%.30s is refused", (text, problem) => {
  expect(readJsonData(text)).toMatchObject({ problem });
});
