import { expect, test } from "vitest";
import { cpuTimeMs } from "../../test/cpu-time.ts";
import { compileExpression } from "./compile-expression.ts";
import { deepFreeze } from "../json/deep-freeze.ts";
import type { JsonObject } from "../json/json.ts";

/** One evaluation is to end within about 50 ms. Ten times as much is allowed here, for machines that are slower or busy. */
const maxMs = 500;

const many = [...Array(10_000).keys()];
const mapOf = (size: number): JsonObject =>
  Object.fromEntries(Array.from({ length: size }, (_, index) => [`k${index}`, index]));

function timed(work: () => unknown): { readonly ms: number; readonly code: unknown } {
  const started = cpuTimeMs();
  try {
    work();
    return { ms: cpuTimeMs() - started, code: undefined };
  } catch (error) {
    return { ms: cpuTimeMs() - started, code: (error as { readonly code?: unknown }).code };
  }
}

test.each<[name: string, source: string, data: JsonObject]>([
  ["the keys of a large map, again and again", "many.map(i, m.exists(k, true))", { m: mapOf(100_000) }],
  ["double() of digits that are no number", "many.exists(i, double(s) > 0.0)", { s: `${"1".repeat(998)}x` }],
  ["duration() of very many digits", "duration(s) > duration('1s')", { s: "1".repeat(100_000) }],
  ["trim() of spaces", "many.map(i, size(trim(s)))", { s: " ".repeat(1_000_000) }],
  ["lowerAscii() of single letters", "many.map(i, s.lowerAscii() == '')", { s: "Aä".repeat(500_000) }],
  ["upperAscii() of single letters", "many.map(i, s.upperAscii() == '')", { s: "aä".repeat(500_000) }],
  ["lower() beyond ASCII", "many.map(i, lower(s) == '')", { s: "İß".repeat(250_000) }],
  ["upper() beyond ASCII", "many.map(i, upper(s) == '')", { s: "ßŉ".repeat(250_000) }],
  ["base64.decode()", "many.map(i, size(base64.decode(s)))", { s: "AAAA".repeat(250_000) }],
  ["base64.encode()", "many.map(i, size(base64.encode(s)))", { s: "AAA".repeat(150_000) }],
  ["format() of percent signs", "many.map(i, s.format([]))", { s: "%%".repeat(400_000) }],
  ["format() that fails at once", "many.exists(i, s.format([]) == '')", { s: "%.".repeat(400_000) }],
  ["times as text", "[timestamp(0)].map(t, many.map(i, [t, t, t, t, t, t, t, t, t, t]))", {}],
  ["join() of empty maps", "many.map(i, size(join(l)))", { l: Array.from({ length: 10_000 }, () => ({})) }],
  [
    "very many time zones",
    "many.map(i, zones.map(z, timestamp(0).getHours(z)))",
    { zones: Intl.supportedValuesOf("timeZone") },
  ],
  [
    "patterns with very many classes",
    "many.exists(i, 'a'.matches(s + string(i)))",
    { s: `(?i)[${"\\pL\\PN".repeat(150)}]` },
  ],
  ["such patterns that are none", "many.exists(i, 'a'.matches(s + string(i)))", { s: `[${"\\pL".repeat(300)}](` }],
  ["ranges without case", "many.exists(i, 'a'.matches(s + string(i)))", { s: `(?i)[${"Ā-ꟿ".repeat(300)}]` }],
])("%s: the evaluation ends soon", (_name, source, data) => {
  const { evaluate } = compileExpression(source);
  const scope = deepFreeze<JsonObject>({ many, ...data });
  const { ms, code } = timed(() => evaluate({ get: (name) => scope[name] }));
  expect(code === undefined || /^ICE_EXPRESSION_(?:LIMIT|FAILED)$/.test(String(code))).toBe(true);
  expect(ms).toBeLessThan(maxMs);
});

test("typical expressions are well within the bounds", () => {
  const scope = deepFreeze<JsonObject>({
    many: many.slice(0, 1000),
    people: many.slice(0, 1000).map((id) => ({ id, name: `  Ada Löve ${id} `, at: "2026-01-31T12:00:00Z" })),
  });
  for (const source of [
    "people.map(p, p.name.trim().lowerAscii())",
    "people.map(p, lower(p.name))",
    "people.map(p, timestamp(p.at).getHours('Europe/Berlin'))",
    "people.map(p, '%05.2f %s %d%%'.replace('05', '').format([p.id, p.name, p.id]))",
    "people.filter(p, p.name.matches('(?i)^[\\\\p{L} 0-9._%+-]+$'))",
    "people.map(p, base64.encode(p.name))",
    "people.map(p, string(timestamp(p.at) + duration('1h30m')))",
    "people.map(p, p.exists(key, key == 'id'))",
    "distinct(people.map(p, json(p)))",
  ])
    expect(timed(() => compileExpression(source).evaluate({ get: (name) => scope[name] })).code).toBeUndefined();
});

test.each([
  ["braces and blanks", `{{${" ".repeat(4000)}x`],
  ["braces and blanks behind a dollar", `\${${" ".repeat(4000)}x`],
  ["blanks", `x${" ".repeat(4000)}x`],
  ["colons in a bracket", `[${":".repeat(4000)}`],
])("a source of %s is refused soon", (_name, source) => {
  const { ms, code } = timed(() => compileExpression(source));
  expect(code).toBe("ICE_EXPRESSION_INVALID");
  expect(ms).toBeLessThan(maxMs);
});
