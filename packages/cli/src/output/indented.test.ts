import fc from "fast-check";
import { expect, test } from "vitest";
import { indented } from "./indented.ts";

const nested = (depth: number, inner: unknown): unknown =>
  Array.from({ length: depth }).reduce<unknown>((value) => [value], inner);

test("down to eight levels it equals JSON.stringify with two spaces", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 7 }), (value) => {
      expect(indented(value)).toBe(JSON.stringify(value, null, 2));
    }),
  );
  const absent = { a: undefined, b: [undefined], c: {}, d: [] };
  expect(indented(absent)).toBe(JSON.stringify(absent, null, 2));
  expect(indented(undefined)).toBe("null");
});

test("deeper levels are on one line, so that indentation does not outgrow the data", () => {
  const value = nested(
    900,
    Array.from({ length: 5000 }, () => 0),
  );
  const text = indented(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text.length).toBeLessThan(2 * JSON.stringify(value).length);
  const wide = nested(
    7,
    Array.from({ length: 5000 }, () => 0),
  );
  expect(indented(wide).length).toBeLessThan(11 * JSON.stringify(wide).length);
});
