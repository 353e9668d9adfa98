import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../json/json.ts";
import { compileTemplate } from "./template.ts";
import { compileValue } from "./compile-value.ts";

const scope = (values: Record<string, Json>) => ({ get: (name: string): Json | undefined => values[name] });
const render = (text: string, values: Record<string, Json> = {}): Json | undefined =>
  compileTemplate(text)?.evaluate(scope(values));

test.each<[string, Json, Record<string, Json>?]>([
  ["{{ n }}", 3, { n: 3 }],
  ["{{n}}", null, { n: null }],
  [" {{ n }}", " 3", { n: 3 }],
  ["n={{ n }} o={{ o }} s={{ s }}!", 'n=3 o={"k":[1,"two"]} s=x!', { n: 3, o: { k: [1, "two"] }, s: "x" }],
  ['use {{ "{{" }} x }}', "use {{ x }}"],
  ['{{ {"a": {"b": 1}} }}', { a: { b: 1 } }],
  ["{{ '}}' }}", "}}"],
  ['{{ "\\"}}" }}', '"}}'],
  ["{{ '''a'}}'b''' }}", "a'}}'b"],
  ["{{ r'\\d' }}", "\\d"],
  ["{{ [1][0] }}-{{ 2 }}", "1-2"],
  ["{{ t }}", "{{ 1 + 1 }}", { t: "{{ 1 + 1 }}" }],
  ["<{{ t }}>", "<{{ 1 + 1 }}>", { t: "{{ 1 + 1 }}" }],
])("%s", (text, expected, values = {}) => {
  expect(render(text, values)).toEqual(expected);
});

test.each([
  ["{{ (a.n }}", "A `(` is not closed (column 4).", "close it with `)` before the `}}`"],
  ["x {{ f(a[0 }} y", "A `[` is not closed (column 9).", "close it with `]` before the `}}`"],
  ["{{ a", "A `{{` is not closed (column 1).", 'close it with `}}`; for literal braces write {{ "{{" }}'],
])("%s: what is not closed is named", (source, message, fix) => {
  expect(() => compileTemplate(source)).toThrowError(expect.objectContaining({ message, fix }));
});

test("a text without braces, or with lone closing ones, is not a template", () => {
  expect(compileTemplate("plain }} text")).toBeUndefined();
});

test.each([
  ["{{ n", 1],
  ["ab {{ 1 + }}", 10],
  ["{{}}", 3],
])("%s is invalid, with its column", (text, column) => {
  expect(() => compileTemplate(text)).toThrowError(
    expect.objectContaining({ code: "ICE_EXPRESSION_INVALID", details: { column } }),
  );
});

test("an interpolated text has a bound", () => {
  expect(() => render("a{{ s }}{{ s }}", { s: "x".repeat(600_000) })).toThrowError(
    expect.objectContaining({ code: "ICE_EXPRESSION_LIMIT" }),
  );
});

test("any string survives as data", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(render("{{ t }}", { t: text })).toBe(text);
      expect(render("a{{ t }}b", { t: text })).toBe(`a${text}b`);
    }),
    { seed: 1 },
  );
});

test("templates work at any depth of a value, keys stay, constant parts are shared, results are frozen", () => {
  const compiled = compileValue({ "{{ k }}": [{ v: "{{ n }}" }], same: { deep: [1] } });
  const result = compiled.evaluate(scope({ n: 7 })) as { same: unknown };
  expect(result).toEqual({ "{{ k }}": [{ v: 7 }], same: { deep: [1] } });
  expect(result.same).toBe((compiled.value as { same: unknown }).same);
  expect(Object.isFrozen(result)).toBe(true);
  expect(compiled.expressions).toMatchObject([{ keys: ["{{ k }}", 0, "v"] }]);
});

test("a value without templates is constant; an error names its place", () => {
  const constant = compileValue({ a: ["x"] });
  expect([constant.constant, constant.evaluate(scope({}))]).toEqual([true, { a: ["x"] }]);
  expect(() => compileValue({ a: ["{{ 1 + }}"] })).toThrowError(
    expect.objectContaining({ details: { column: 7, path: ["a", 0] } }),
  );
});
