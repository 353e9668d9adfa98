import { expect, test } from "vitest";
import { deepFreeze } from "./deep-freeze.ts";
import type { Json } from "./json.ts";
import { toPointer } from "./json-pointer.ts";
import { finish } from "../time/steps.ts";
import { normalizeJson, ownParsedJson } from "./normalize-json.ts";

test("undefined becomes null, at any depth; dates and other objects with toJSON give their JSON", () => {
  expect(normalizeJson(undefined)).toBe(null);
  expect(normalizeJson({ a: undefined, l: [undefined, 1], d: new Date(0), u: new URL("http://a/b") })).toEqual({
    a: null,
    l: [null, 1],
    d: "1970-01-01T00:00:00.000Z",
    u: "http://a/b",
  });
});

test.each<[string, unknown, string]>([
  ["BigInt", { rows: [{ price: 1n }] }, "$.rows[0].price is a bigint"],
  ["a function", [() => 1], "$[0] is a function"],
  ["a symbol", Symbol("x"), "$ is a symbol"],
  ["NaN", { n: Number.NaN }, "$.n is NaN"],
  ["Infinity", -Infinity, "$ is -Infinity"],
  ["a Map", { m: new Map() }, "$.m is a Map"],
  ["a class instance", new Intl.Locale("en"), "$ is a Locale"],
  ["a key __proto__", JSON.parse('{"__proto__": 1}'), "__proto__"],
])("%s is refused, naming the place", (_name, value, message) => {
  expect(() => normalizeJson(value)).toThrowError(
    expect.objectContaining({
      code: "ICE_OUTPUT_NOT_JSON",
      message: expect.stringContaining(message),
      retryable: false,
    }),
  );
});

test("a cycle is refused, a value that occurs twice is not", () => {
  const cyclic: Record<string, unknown> = { a: {} };
  cyclic["a"] = { back: cyclic };
  expect(() => normalizeJson(cyclic)).toThrowError(/\$\.a\.back refers back/);
  const twice = { x: 1 };
  expect(normalizeJson([twice, twice])).toEqual([{ x: 1 }, { x: 1 }]);
});

test("a toJSON that returns itself, or further ones endlessly, is refused", () => {
  const itself = Object.assign(Object.create({ toJSON: (): unknown => itself }) as object, {});
  expect(() => normalizeJson({ a: itself })).toThrowError(/\$\.a refers back/);
  const endless = (): object => Object.create({ toJSON: endless }) as object;
  expect(() => normalizeJson(endless())).toThrowError(/nests deeper/);
});

test("depth has a bound, and no depth overflows the stack", () => {
  const nest = (depth: number): unknown => {
    let value: unknown = 1;
    for (let at = 0; at < depth; at += 1) value = [value];
    return value;
  };
  expect(normalizeJson(nest(900))).toBeDefined();
  expect(() => normalizeJson(nest(100_000))).toThrowError(expect.objectContaining({ code: "ICE_OUTPUT_NOT_JSON" }));
});

test("the result is a frozen copy; earlier results are shared", () => {
  const source = { list: [1] };
  const made = normalizeJson(source) as { list: number[] };
  source.list.push(2);
  expect(made).toEqual({ list: [1] });
  expect(() => made.list.push(3)).toThrow(TypeError);
  expect(normalizeJson(made)).toBe(made);
  expect((normalizeJson({ again: made }) as { again: unknown }).again).toBe(made);
  expect(normalizeJson(made.list)).toBe(made.list);
});

test("a part that occurs in many places is copied once", () => {
  let value: unknown = ["x"];
  for (let level = 0; level < 30; level += 1) value = [value, value, value];
  let copy = normalizeJson(value);
  for (let level = 0; level < 30; level += 1) copy = (copy as readonly [typeof copy])[0];
  expect(copy).toEqual(["x"]);
});

test("deepFreeze freezes in place", () => {
  const value = deepFreeze({ a: [{ b: 1 }] });
  expect(Object.isFrozen(value.a[0])).toBe(true);
});

test("a JSON pointer escapes ~ and /", () => {
  expect(toPointer(["nodes", 2, "a/b~c"])).toBe("/nodes/2/a~1b~0c");
});

test("a record of scalars is copied, frozen and recognised again; so are larger and other values", () => {
  const flat = { text: "x", count: 1, on: true, none: null };
  const copy = normalizeJson(flat);
  expect(copy).toStrictEqual(flat);
  expect(copy).not.toBe(flat);
  expect(Object.isFrozen(copy)).toBe(true);
  expect(normalizeJson(copy)).toBe(copy);
  expect(normalizeJson({ count: 1, missing: undefined })).toStrictEqual({ count: 1, missing: null });
  expect(() => normalizeJson({ count: NaN })).toThrow("$.count is NaN");
  expect(() => normalizeJson(JSON.parse('{"__proto__": 1}'))).toThrow("`__proto__`");
});

test("a parsed value is normalized in place and with pauses, without keys `__proto__`", () => {
  const parsed = JSON.parse('{"a": [{"__proto__": {"x": 1}, "b": [null, "\\u005f"]}], "__pr\\u006fto__": 1}') as Json;
  expect(finish(ownParsedJson(parsed))).toBe(parsed);
  expect(JSON.stringify(parsed)).toBe('{"a":[{"b":[null,"_"]}]}');
  expect(normalizeJson(parsed)).toBe(parsed);
  expect(normalizeJson((parsed as { a: Json }).a)).toBe((parsed as { a: Json }).a);
  expect(() => (parsed as { a: Json[] }).a.push(1)).toThrow(TypeError);
  expect([...ownParsedJson(JSON.parse(`[${"[],".repeat(1000)}1]`) as Json)]).toHaveLength(5);
});
