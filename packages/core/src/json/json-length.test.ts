import fc from "fast-check";
import { expect, test } from "vitest";
import { deepFreeze } from "./deep-freeze.ts";
import { jsonLength } from "./json-length.ts";
import type { Json } from "./json.ts";

test("is the length of what JSON.stringify writes, frozen or not, first and again", () => {
  // Any code point, halves of characters too. fast-check's own `binary` takes ten times as long.
  const stringUnit = fc.nat(0x10ffff).map((codePoint) => String.fromCodePoint(codePoint));
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit }), (made) => {
      const value = made as Json;
      const length = JSON.stringify(value).length;
      expect(jsonLength(value)).toBe(length);
      deepFreeze(value);
      expect(jsonLength(value)).toBe(length);
      expect(jsonLength([value, value])).toBe(2 * length + 3);
    }),
  );
});

test.each([[-0], [1e21], [0.1 + 0.2], ['"\\\n\u2028é🦊'], ["\ud83e"], [{ "a\tb": [null, true, false] }], [[]], [{}]])(
  "%j",
  (value) => expect(jsonLength(value as Json)).toBe(JSON.stringify(value).length),
);

test("shared parts count each time, but are measured once", () => {
  let value: Json = deepFreeze(["x".repeat(300)]);
  for (let level = 0; level < 40; level += 1) value = Object.freeze([value, value]);
  expect(jsonLength(value)).toBe(2 ** 40 * 304 + 3 * (2 ** 40 - 1));
});

test("measuring ends beyond the bound, and caches no wrong length", () => {
  const value = deepFreeze({ a: "x".repeat(200), b: "y".repeat(200), c: ["z".repeat(200)] });
  expect(jsonLength(value, 250)).toBeGreaterThan(250);
  expect(jsonLength(value)).toBe(JSON.stringify(value).length);
  expect(jsonLength(value, 5)).toBeGreaterThan(5);
});

test("a value that changes is measured again", () => {
  const value = ["x".repeat(300)];
  jsonLength(value);
  value.push("y");
  expect(jsonLength(value)).toBe(JSON.stringify(value).length);
});

test("depth does not use the stack", () => {
  let value: Json = 1;
  for (let level = 0; level < 200_000; level += 1) value = [value];
  expect(jsonLength(value)).toBe(400_001);
});
