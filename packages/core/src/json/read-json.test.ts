import fc from "fast-check";
import { expect, test } from "vitest";
import { fromPointer, toPointer } from "./json-pointer.ts";
import { readJson } from "./read-json.ts";

const big = "1234567890123456789";

test.each([
  [big, ""],
  [`-${big}`, ""],
  ["9007199254740992", ""],
  [`{"a":{"b":[1,"x",${big}]}}`, "/a/b/2"],
  [`[[],{},[{"k":1},{"a/b":"}","c~":${big}}]]`, "/2/1/c~0"],
  [`{ "a\\"b" : ${big} }`, '/a"b'],
  [`{"x":"${big}","y":${big}}`, "/y"],
  ['{"x":1e400}', "/x"],
  [`[${"9".repeat(400)}]`, "/0"],
])("%s loses precision at %s", (text, path) => {
  expect(readJson(text).inexact?.pointer).toBe(path);
});

test.each(["9007199254740991", "-9007199254740991", `"${big}"`, `{"${big}":1}`, "1e16", "0.12345678901234567", "[-0]"])(
  "%s is read unchanged",
  (text) => {
    expect(readJson(text)).toEqual({ value: JSON.parse(text) });
  },
);

test("the number is reported as written", () => {
  expect(readJson(`[${big}]`).inexact).toEqual({ pointer: "/0", source: big });
});

test("any JSON is read like JSON.parse, and an inserted inexact number is found at its position", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), fc.nat(5), (value, key, index) => {
      fc.pre(readJson(JSON.stringify(value)).inexact === undefined);
      expect(readJson(JSON.stringify(value)).value).toEqual(JSON.parse(JSON.stringify(value)));
      const list = [...Array.from({ length: index }, () => value), "here"];
      const text = JSON.stringify([value, { [`${key}!`]: list }]).replace(/"here"(?=\]\}\]$)/, big);
      expect(readJson(text).inexact?.source).toBe(big);
      expect(readJson(text).inexact?.pointer.endsWith(`/${index}`)).toBe(true);
    }),
  );
});

test("nesting of any depth is read without recursion", () => {
  const deep = 5000;
  expect(readJson(`${"[".repeat(deep)}${big}${"]".repeat(deep)}`).inexact?.pointer).toBe("/0".repeat(deep));
});

test("what is not JSON is a syntax error", () => {
  expect(() => readJson("{a:1}")).toThrow(SyntaxError);
});

test("a pointer and its keys lead to the same place", () => {
  for (const keys of [[], ["a"], ["a/b", "~1", "~", ""], ["nodes", "2"]])
    expect(fromPointer(toPointer(keys))).toEqual(keys);
  expect(fromPointer("/~01/m~1n")).toEqual(["~1", "m/n"]);
});
