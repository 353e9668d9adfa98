import type { Json } from "./json.ts";
import { expect, test } from "vitest";
import { freezeParsed } from "./freeze-parsed.ts";

test("a value is frozen throughout, however deep it is", () => {
  const value = JSON.parse('{"a":[{"b":{}},1,null,"x"],"c":{"d":[[]]}}') as Record<string, Json>;
  expect(freezeParsed(value)).toBe(true);
  const open: unknown[] = [value];
  let parts = 0;
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== "object" || part === null) continue;
    expect(Object.isFrozen(part)).toBe(true);
    parts += 1;
    open.push(...Object.values(part));
  }
  expect(parts).toBe(7);
  expect(freezeParsed(JSON.parse(`${"[".repeat(200_000)}${"]".repeat(200_000)}`) as Json)).toBe(true);
});

test("scalars are unchanged, and frozen values are not visited again", () => {
  for (const value of [1, "x", true, null]) expect(freezeParsed(value)).toBe(true);
  const inner = JSON.parse('{"__proto__":1}') as Json;
  expect(freezeParsed(Object.freeze([inner]) as Json)).toBe(true);
});

test.each(['{"__proto__":1}', '[[{"a":{"__proto__":{}}}]]', '{"a":[{"__proto__":null}]}'])(
  "a key `__proto__` is noticed: %s",
  (text) => expect(freezeParsed(JSON.parse(text) as Json)).toBe(false),
);
