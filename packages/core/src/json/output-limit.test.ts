import { expect, test } from "vitest";
import { deepFreeze } from "./deep-freeze.ts";
import type { Json } from "./json.ts";
import { checkOutputLength } from "./output-limit.ts";

const refused = (value: Json, limit: number): boolean => {
  try {
    checkOutputLength(value, limit, "the output");
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: "ICE_OUTPUT_LIMIT", retryable: false, details: { outputBytes: limit } });
    return true;
  }
};

test("the bound is exact, with quotes, escapes and separators", () => {
  for (const value of ["abc", 'a"b', "\u0001", [1, 22], { a: null, b: [true] }, 12, null] as Json[]) {
    const { length } = JSON.stringify(value);
    expect(refused(value, length)).toBe(false);
    if (typeof value === "object" && value !== null) expect(refused(value, length - 1)).toBe(true);
  }
  expect(refused("x".repeat(100), 102)).toBe(false);
  expect(refused("x".repeat(100), 101)).toBe(true);
});

test("a part that occurs in several places counts each time, in the time of the distinct parts", () => {
  let value: Json = deepFreeze(["x".repeat(300)]);
  for (let level = 0; level < 40; level += 1) value = Object.freeze([value, value, value]);
  expect(refused(value, 2 ** 40)).toBe(true);
});
