import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cpuTimeMs } from "../../test/cpu-time.ts";
import type { Json } from "../json/json.ts";
import { deepFreeze } from "../json/deep-freeze.ts";
import { compileExpression } from "./compile-expression.ts";

const scopeOf = (values: Record<string, Json>) => {
  deepFreeze(values);
  return { get: (name: string): Json | undefined => (Object.hasOwn(values, name) ? values[name] : undefined) };
};
const evaluate = (source: string, values: Record<string, Json> = {}): Json =>
  compileExpression(source).evaluate(scopeOf(values));
const failure = (
  source: string,
  values: Record<string, Json> = {},
): { code: string; message: string; fix?: string } => {
  try {
    return { code: "none", message: JSON.stringify(evaluate(source, values)) };
  } catch (error) {
    return error as never;
  }
};

describe("values", () => {
  test.each<[string, Json, Record<string, Json>?]>([
    ["a.n + 1", 3, { a: { n: 2 } }],
    ["n % 2 == 0", true, { n: 4 }],
    ["n / 2", 3.5, { n: 7 }],
    ["7 / 2", 3],
    ["size(l) / 2", 1, { l: [1, 2, 3] }],
    ["x ? 1 : null", null, { x: false }],
    ["l[i]", "b", { l: ["a", "b"], i: 1 }],
    ["'abc'.substring(i)", "c", { i: 2 }],
    ["a.?b.orValue(5)", 5, { a: {} }],
    ["a.?b", null, { a: {} }],
    ["a[?'b'].hasValue()", false, { a: {} }],
    ["has(a.b) && !has(a.c)", true, { a: { b: 1 } }],
    ["timestamp('2026-01-02T03:04:05Z')", "2026-01-02T03:04:05Z"],
    ["duration('90.5s')", "90.500s".replace("00s", "s")],
    ["duration('-2s')", "-2s"],
    ["b'abc'", "YWJj"],
    ["3u", 3],
    ["{'a': [1, {'b': null}]}", { a: [1, { b: null }] }],
    ["l.map(x, x * 2).filter(x, x > 2)", [4], { l: [1, 2] }],
    ["l.all(x, x > 0) && l.exists(x, x == 2) && l.exists_one(x, x == 1)", true, { l: [1, 2] }],
    ["m.map(k, m[k])", [1, 2], { m: { a: 1, b: 2 } }],
    ["x in l && 'a' in m", true, { x: 1, l: [1], m: { a: 1 } }],
    ["a == b && a != c", true, { a: { x: [1] }, b: { x: [1] }, c: { x: [2] } }],
    ["-n < 0 && !(n < 0) && n >= 1 && n <= 1 && n > 0", true, { n: 1 }],
    ["'a' + s + string(1)", "ab1", { s: "b" }],
    ["l + [3]", [1, 3], { l: [1] }],
    ["s.matches('^a+$') && matches(s, 'a')", true, { s: "aaa" }],
    ["toString.x", 1, { toString: { x: 1 } }],
    ["int(2.7) + int('3')", 5],
    ["dyn(1) + 1.5", 2.5],
    ["2.5 - 1", 1.5],
    ["3 * 1.5", 4.5],
    ["7.5 % 2", 1.5],
  ])("%s", (source, expected, values = {}) => {
    expect(evaluate(source, values)).toEqual(expected);
  });

  test("a plain path returns the value itself, whatever its size", () => {
    const rows = Array.from({ length: 300_000 }, (_, index) => `row ${index}`);
    expect(compileExpression("a.rows").evaluate(scopeOf({ a: { rows } }))).toBe(rows);
    expect(compileExpression("x ? a.rows : []").evaluate(scopeOf({ x: true, a: { rows } }))).toBe(rows);
  });
});

describe("functions beyond the standard", () => {
  test.each<[string, Json]>([
    ["sum([])", 0],
    ["sum([1, 2])", 3],
    ["sum([1, 2.5])", 3.5],
    ["avg([1, 2])", 1.5],
    ["min([3, 1, 2])", 1],
    ["max(['a', 'c', 'b'])", "c"],
    ["round(2.5)", 3],
    ["round(-2.5)", -3],
    ["round(1.005, 2)", 1.01],
    ["round(1e300, 2)", 1e300],
    ["floor(2.7) + ceil(2.1)", 5],
    ["abs(-3) + abs(-1.5)", 4.5],
    ["sort([3, 1, 2])", [1, 2, 3]],
    ["sort([{'k': 2}, {'k': 1}], 'k')", [{ k: 1 }, { k: 2 }]],
    ["reverse([1, 2])", [2, 1]],
    ["distinct([1, 1.0, {'a': 1, 'b': 2}, {'b': 2, 'a': 1}, 2])", [1, { a: 1, b: 2 }, 2]],
    ["flatten([[1], [2, [3]], 4])", [1, 2, [3], 4]],
    ["keys({'a': 1}) + values({'a': 'x'})", ["a", "x"]],
    ["merge({'a': 1, 'b': 1}, {'b': 2})", { a: 1, b: 2 }],
    ["json({'a': [1, null]})", '{"a":[1,null]}'],
    ["parseJson('{\"a\": [1]}').a", [1]],
    ["range(3)", [0, 1, 2]],
    ["join(['a', 1, {'b': 2}], '-')", 'a-1-{"b":2}'],
    ["lower('A') + upper('b') + trim(' c ')", "aBc"],
    ["replace('a.b.c', '.', '')", "abc"],
  ])("%s", (source, expected) => {
    expect(evaluate(source)).toEqual(expected);
  });

  test.each([
    ["avg([])", /empty list/],
    ["min([])", /empty list/],
    ["sum(['a'])", /item 0 is a string/],
    ["sum(1)", /a list/],
    ["sort([1, 'a'])", /one kind/],
    ["sort([[1], [2]])", /one kind/],
    ["sort([{'a': 1}], 'b')", /without "b"/],
    ["round('x')", /a number/],
    ["round(1.5, 99)", /0 to 15/],
    ["keys([1])", /a map/],
    ["lower(1)", /a string/],
    ["lower(null)", /null/],
    ["trim(true)", /bool/],
    ["trim({'a': 1})", /a map/],
    ["replace('a', '', 'b')", /empty string/],
    ["parseJson('{')", /not JSON/],
    ["range(-1)", /whole number/],
    ["matches('a', '(')", /regular expression/],
    ["matches('a', '(?<=a)b')", /RE2/],
  ])("%s fails with a message", (source, message) => {
    expect(failure(source)).toMatchObject({
      code: "ICE_EXPRESSION_FAILED",
      message: expect.stringMatching(message),
      fix: expect.any(String),
    });
  });
});

describe("errors", () => {
  test.each<[string, string, RegExp, Record<string, Json>?]>([
    ["a.rows", "ICE_EXPRESSION_FAILED", /`a\.rows`/, { a: {} }],
    ["a.rows + 1", "ICE_EXPRESSION_FAILED", /`a\.rows`/, { a: {} }],
    ["a[0].b", "ICE_EXPRESSION_FAILED", /`a\[0\]\.b`/, { a: [{}] }],
    ["a['x y']", "ICE_EXPRESSION_FAILED", /`a\["x y"\]`/, { a: {} }],
    ["a[i] + 1", "ICE_EXPRESSION_FAILED", /./, { a: [1], i: 7 }],
    ["a", "ICE_EXPRESSION_FAILED", /has\(nodes\.a\)/],
    ["a.v + 1", "ICE_EXPRESSION_FAILED", /has\(nodes\.a\)/],
    ["nodes.a.v", "ICE_EXPRESSION_FAILED", /has\(nodes\.a\)/, { nodes: {} }],
    ["nodes.a > 1", "ICE_EXPRESSION_FAILED", /has\(nodes\.a\)/, { nodes: {} }],
    ["1.0 / 0.0", "ICE_EXPRESSION_FAILED", /Infinity/],
    ["1 / 0", "ICE_EXPRESSION_FAILED", /division by zero/],
    ["9007199254740993", "ICE_EXPRESSION_FAILED", /9007199254740993/],
    ["type(1)", "ICE_EXPRESSION_FAILED", /type/],
    ["x > 'a'", "ICE_EXPRESSION_FAILED", /`>` is not defined for double and string/, { x: 1 }],
    ["parseJson('{\"a\": 1}')[0]", "ICE_EXPRESSION_FAILED", /./],
    ["1 +", "ICE_EXPRESSION_INVALID", /column 4/],
    ["", "ICE_EXPRESSION_INVALID", /column 1/],
    ["suum([1])", "ICE_EXPRESSION_INVALID", /no function `suum`/],
    ["sum", "ICE_EXPRESSION_FAILED", /./],
    ["'x'.sum()", "ICE_EXPRESSION_INVALID", /sum\(x\)/],
    ["substring('a', 1)", "ICE_EXPRESSION_INVALID", /x\.substring\(\)/],
    ["'a' < 1", "ICE_EXPRESSION_INVALID", /`<` is not defined for string and int/],
    ["cel.bind(x, 1, x)", "ICE_EXPRESSION_INVALID", /cel\.bind/],
    ["ice_work(1)", "ICE_EXPRESSION_INVALID", /no function/],
  ])("%s → %s", (source, code, message, values = {}) => {
    expect(failure(source, values)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("a misspelt function has a suggestion", () => {
    expect(failure("suum([1])").fix).toBe('did you mean "sum"?');
  });
});

describe("limits", () => {
  const big = "x".repeat(1_000_000);
  const list = Array.from({ length: 100_000 }, (_, index) => index);
  test.each<[string, string, Record<string, Json>?]>([
    ["4 KiB of source", `'${"x".repeat(4100)}'`],
    ["depth", "1+".repeat(40) + "1"],
    ["brackets", "(".repeat(3000)],
    ["syntax nodes", `[${"1,".repeat(600)}1]`],
    ["comprehension nesting", "[[[1]]].map(a, a.map(b, b.map(c, c)))"],
    ["comprehension steps", "l.map(x, l.map(y, y))", { l: list }],
    ["steps hidden by ||", "l.exists(x, l.exists(y, y == -1)) || true", { l: list }],
    ["a doubled string", "s + s", { s: big }],
    ["a joined string", "join(range(10000).map(i, s), '')", { s: "x".repeat(1000) }],
    ["a large result", "range(10000).map(i, s)", { s: "x".repeat(1000) }],
    ["range", "range(10001)"],
    ["searching again and again", "range(10000).exists(i, s.contains('zzz' + string(i)))", { s: big }],
    ["comparing again and again", "range(10000).exists(i, l != l2)", { l: list, l2: [...list] }],
    ["membership again and again", "range(10000).exists(i, (i - 20000) in l)", { l: list }],
    ["replacing", "replace(s, 'x', 'yyyy')", { s: big }],
    ["deep JSON", `parseJson('${"[".repeat(100)}${"]".repeat(100)}')`],
    ["regular expressions on large texts", "range(1000).exists(i, s.matches('(a|b)*c'))", { s: big }],
  ])("%s", (_name, source, values = {}) => {
    const started = cpuTimeMs();
    expect(failure(source, values).code).toBe("ICE_EXPRESSION_LIMIT");
    expect(cpuTimeMs() - started).toBeLessThan(3000);
  });

  test("catastrophic patterns are linear", () => {
    const started = cpuTimeMs();
    expect(evaluate("s.matches('^(a+)+$')", { s: `${"a".repeat(5000)}!` })).toBe(false);
    expect(cpuTimeMs() - started).toBeLessThan(1000);
  });
});

describe("references", () => {
  test("names with their static paths, without names of comprehensions", () => {
    const { references } = compileExpression("a.b[0].c + l.map(x, x.y + z)[i] + nodes['q'].v");
    expect(references.map(({ root, keys }) => [root, ...keys])).toEqual([
      ["a", "b", 0, "c"],
      ["l"],
      ["z"],
      ["i"],
      ["nodes", "q", "v"],
    ]);
  });

  test("optional parts are marked", () => {
    expect(compileExpression("has(a.b.c) && a.?d.e.orValue(1) == 1").references).toMatchObject([
      { root: "a", keys: ["b", "c"], optionalFrom: 1 },
      { root: "a", keys: ["d", "e"], optionalFrom: 0 },
    ]);
  });
});

test("arithmetic on JSON numbers is JavaScript's", () => {
  const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(number, number, (a, b) => {
      expect(evaluate("[a + b, a - b, a * b, a < b, a == b]", { a, b })).toEqual([a + b, a - b, a * b, a < b, a === b]);
    }),
    { seed: 1, numRuns: 200 },
  );
});
