import fc from "fast-check";
import { expect, test } from "vitest";
import { maxParts, parseGuestJson } from "./json-text.ts";

test("__proto__ is dropped at any depth and in any spelling", () => {
  const text = String.raw`{"a":[{"__proto__":{"x":1},"b":1}],"\u005f_proto__":2,"c":"__proto__"}`;
  expect(parseGuestJson(text)).toEqual({ a: [{ b: 1 }], c: "__proto__" });
});

test("a lone surrogate becomes U+FFFD, written literally or as an escape", () => {
  expect(parseGuestJson(String.raw`["\ud800", ["x\udc00"]]`)).toEqual(["\uFFFD", ["x\uFFFD"]]);
  expect(parseGuestJson('"\ud800"')).toBe("\uFFFD");
});

test("parts are counted outside strings only, and bounded", () => {
  const objects = (count: number): string => `[${Array.from({ length: count }, () => "{}").join()}]`;
  expect(parseGuestJson(objects(maxParts - 1))).toHaveLength(maxParts - 1);
  const tooMany = expect.objectContaining({ code: "ICE_SANDBOX_OUTPUT", message: expect.stringContaining("50000") });
  expect(() => parseGuestJson(objects(maxParts))).toThrowError(tooMany as Error);
  const keys = Array.from({ length: maxParts }, (_, index) => `"${index}":0`).join();
  expect(() => parseGuestJson(`{${keys}}`)).toThrowError(tooMany as Error);
  for (const text of ["{[:".repeat(maxParts), String.raw`\"{[:"`.repeat(maxParts)])
    expect(parseGuestJson(JSON.stringify(text))).toBe(text);
  expect(parseGuestJson(JSON.stringify(Array(100_000).fill("a:b")))).toHaveLength(100_000);
});

test("depth is bounded, with and without something to clean", () => {
  for (const inside of ["1", String.raw`"\u0041"`])
    for (const depth of [1002, 40_000])
      expect(() => parseGuestJson("[".repeat(depth) + inside + "]".repeat(depth))).toThrowError(/nests deeper/);
});

test("JSON without anything to clean is unchanged", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(parseGuestJson(text)).toEqual(JSON.parse(text.replaceAll("__proto__", "proto")));
    }),
    { numRuns: 500, seed: 3 },
  );
});
