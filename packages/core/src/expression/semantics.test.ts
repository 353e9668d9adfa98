import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cpuTimeMs } from "../../test/cpu-time.ts";
import { deepFreeze } from "../json/deep-freeze.ts";
import type { Json } from "../json/json.ts";
import { compileExpression } from "./compile-expression.ts";
import { Meter } from "./meter.ts";
import { Search } from "./values/text.ts";

const evaluate = (source: string, values: Record<string, Json> = {}): Json => {
  deepFreeze(values);
  return compileExpression(source).evaluate({ get: (name) => values[name] });
};

test.each<[string, Json, Record<string, Json>?]>([
  ["timestamp('2024-07-01T00:30:00Z').getDayOfYear()", 182],
  ["timestamp('2024-12-31T23:30:00Z').getDayOfYear('Europe/Berlin')", 0],
  ["timestamp('2024-01-01T00:00:00Z').getHours('02:00') + timestamp('2024-01-01T00:00:00Z').getHours('-01:00')", 25],
  ["string(timestamp('2024-02-29T01:02:03.000000001+01:00'))", "2024-02-29T00:02:03.000000001Z"],
  ["timestamp('2024-01-01T00:00:00.123000064Z') - timestamp('1970-01-01T00:00:00Z')", "1704067200.123000064s"],
  ["timestamp(timestamp('0001-01-01T00:00:00Z'))", "0001-01-01T00:00:00Z"],
  ["[string(duration(duration('1.5h'))), string(duration('-90s'))]", ["5400s", "-90s"]],
  ["int(timestamp('2024-03-10T12:00:00Z'))", 1_710_072_000],
  ["type(s) == string && type(1) == int && type(x) == double && type(null) == null_type", true, { s: "", x: 1 }],
  ["size(s) + s.indexOf('!')", 7, { s: "ok🦊!" }],
  ["[s.substring(2, 3), s.charAt(2), s.split('')[2], s.charAt(4)]", ["🦊", "🦊", "🦊", ""], { s: "ok🦊!" }],
  ["s.lastIndexOf('!')", 3, { s: "ok🦊!" }],
  ["b'ÿ\\xff'", "w7//"],
  ["double(s) == 3 && 1.0 == 1 && size([1, 2]) == 2.0 && 9007199254740993 != 9007199254740992.0", true, { s: "3" }],
  ["{1: 'a', true: 'b'}[1.0]", "a"],
  ["optional.of(1) == optional.of(1) && optional.none() != optional.of(1)", true],
  [
    "has(rows[0].price) && !has(rows[0].cost) && has(parseJson(s).k) && has(rows[0]['in'].deep)",
    true,
    { rows: [{ price: 1, in: { deep: 1 } }], s: '{"k":1}' },
  ],
  ["distinct([1, 1, 2, 1])", [1, 2]],
  ["l.filter(x, x > 1).map(x, x * 2).filter(x, x > 4).map(x, x).filter(x, true)", [6], { l: [1, 2, 3] }],
  [`size(${"a.".repeat(39)}a)`, 1, { a: nested(39) }],
  ["int(uint(3)) + int(3u)", 6],
  ["['🦊', 'ﬁ'].map(x, x < 'ﬁ')", [false, false]],
  ["string(base64.decode(base64.encode('grün')))", "grün"],
  ["sha256('abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["'%s %d %.2f %x %%'.format(['a', 2, 2.5, 255])", "a 2 2.50 ff %"],
  ["'%d'.format([n])", "5", { n: 5 }],
])("%s", (source, expected, values) => {
  expect(evaluate(source, values)).toEqual(expected);
});

function nested(depth: number): Json {
  let value: Json = [1];
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
}

test.each([
  "timestamp('2023-02-29T00:00:00Z')",
  "timestamp('2024-04-31T12:00:00Z')",
  "timestamp('2024-01-01T24:00:00Z')",
  "timestamp('10000-01-01T00:00:00Z')",
  "timestamp('2024-01-01')",
  "timestamp('9999-12-31T23:59:59Z') + duration('1s')",
  "timestamp('2024-01-01T00:00:00Z').getHours('Nowhere/Town')",
  "int('')",
  "int(' 1')",
  "int(9.3e18)",
  "{'a': 1, 'a': 2}",
  "{1: 1, 1u: 2}",
  "{1.5: 1}",
  "parseJson('1234567890123456789')",
  "parseJson('{\"a\": [9007199254740993]}')",
  "parseJson('1e400')",
  "b'\\xff'.string()",
  "base64.decode('a')",
  "'%d'.format([1.5])",
  "'%s'.format([])",
])("%s is an error", (source) => {
  expect(() => evaluate(source)).toThrowError(expect.objectContaining({ code: "ICE_EXPRESSION_FAILED" }));
});

test("SHA-256 is that of node:crypto", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
      expect(evaluate("sha256(s)", { s: text })).toBe(createHash("sha256").update(text).digest("hex"));
    }),
  );
});

test("searching finds what JavaScript finds", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 60 });
  fc.assert(
    fc.property(letters, letters, fc.nat(60), (text, pattern, from) => {
      const search = new Search(pattern, new Meter());
      if (from <= text.length) expect(search.in(text, from)).toBe(text.indexOf(pattern, from));
      expect(search.lastIn(text)).toBe(text.lastIndexOf(pattern));
      expect(search.lastIn(text, from)).toBe(text.lastIndexOf(pattern, from));
    }),
    { numRuns: 1000 },
  );
});

test("expensive operations are refused, or end within the bound", () => {
  const values = deepFreeze({
    s: "a".repeat(400_000),
    p: `${"a".repeat(200_000)}b`,
    o: ["x".repeat(2000)],
    l: Array.from({ length: 10_000 }, (_, index) => (index * 7919) % 10_007),
    m: Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index])),
  } as Record<string, Json>);
  const scope = { get: (name: string): Json | undefined => values[name] };
  const code = (source: string): unknown => {
    try {
      compileExpression(source).evaluate(scope);
      return "value";
    } catch (error) {
      return (error as { code: unknown }).code;
    }
  };
  const limited = [
    "range(6000).map(i, size(sort(l)))",
    "range(1000).map(i, o)",
    "join(range(10000).map(i, o), '')",
    "s.matches('(.{0,300}){3}[^a]')",
    "range(10000).exists(i, 'a'.matches('(x{0,30}){0,30}' + string(i)))",
    "range(10000).exists(i, s.contains('aaaaaaab'))",
    "range(10000).map(i, size(keys(m)))",
    "range(24).exists(i, range(10000).exists(j, j.x == 1))",
    "range(10000).map(i, size(distinct(l)))",
  ];
  for (const source of limited) {
    const started = cpuTimeMs();
    expect([source, code(source)]).toEqual([source, "ICE_EXPRESSION_LIMIT"]);
    // About 50 ms of CPU time.
    expect(cpuTimeMs() - started).toBeLessThan(1000);
  }
  for (const source of [
    "s.lastIndexOf(p)",
    "s.contains(p)",
    "s.indexOf(p)",
    "size(s.split(p))",
    "size(replace(s, p, ''))",
  ])
    expect([source, code(source)]).toEqual([source, "value"]);
  expect(code("range(25).exists(i, range(9999).exists(j, j == -1))")).toBe("value");
});
