import { expect, test } from "vitest";
import { IceError } from "../errors/ice-error.ts";
import { deepFreeze } from "../json/deep-freeze.ts";
import type { Json } from "../json/json.ts";
import { compileExpression } from "./compile-expression.ts";
import { compileTemplate } from "./template.ts";

const values: Readonly<Record<string, Json>> = deepFreeze({
  row: { id: 1, list: [1, 2], deep: { a: null } },
  rows: { items: [{ id: 1 }, { id: 2 }] },
  nodes: {},
  list: [1, 2, 3],
  x: 1,
  y: 2,
  a: { b: 1 },
  s: "some text",
  t: "text",
  i: 9,
  l: [],
});
const scope = { get: (name: string): Json | undefined => values[name] };

function failureOf(source: string): IceError {
  try {
    compileExpression(source).evaluate(scope);
  } catch (error) {
    if (IceError.is(error)) return error;
  }
  throw new Error(`${source} gives a value`);
}

const failing: readonly string[] = [
  "row.nope",
  "row.nope + 1",
  'row["Postal Code"]',
  'row["Postal Code"] == 1',
  "rows.items[5]",
  "rows.items[5].id",
  "rows.items[i] == 1",
  "rows.items[0].price",
  "rows.items[0].price > 1",
  "row.deep.a.b",
  "row.list.first",
  "gone.v",
  "nodes.gone.v",
  "nodes.gone == 1",
  "has(rows.items[5])",
  "has(x)",
  "has(inputs)",
  "has(nodes)",
  "has(nodes[1])",
  'has(nodes["q"])',
  'nodes["a b"]',
  "rows.items[-1].id",
  "list[0 - 9]",
  "list.length",
  "s.size",
  "s[0]",
  "row.deep.a.b.c",
  "1 / (x - 1 > 0.0 ? 1 : 0)",
  "1 / 0",
  "1.0 / 0.0",
  "9007199254740993",
  "type(x)",
  "x && true",
  "!s",
  "'a' in s",
  "sum(['a'])",
  "avg([])",
  "min([])",
  "sort([1, 'a'])",
  "sort([{'k': 1}], 'id')",
  "string(list)",
  "bool('maybe')",
  "string(b'\\xff')",
  "s.substring(100)",
  "s.getFullYear()",
  "optional.none().value()",
  "a.b.orValue(1)",
  "1 and 2",
  "x = 1",
  "x is defined",
  "len(list)",
  "x > 1 if x else y",
];

test.each(failing)("every expression in the fix of %s is accepted by ice", (source) => {
  const { fix = "" } = failureOf(source);
  expect(fix).not.toBe("");
  for (const [, expression] of fix.matchAll(/`([^`]+)`/g))
    if (!/^(?:&&|\|\||!=|==)$/.test(expression!))
      expect(() => compileExpression(expression!), expression).not.toThrow();
});

test("the fix of an unclosed template closes the braces", () => {
  expect(() => compileTemplate("{{ n")).toThrowError(
    expect.objectContaining({ fix: expect.stringContaining('write {{ "{{" }}') }),
  );
  expect(compileTemplate('{{ "{{" }}')?.evaluate(scope)).toBe("{{");
});

test.each([
  ["row.nope", false, null],
  ['row["Postal Code"]', false, null],
  ["rows.items[5]", false, null],
  ["rows.items[0].price", false, null],
  ["nodes.gone.v", false, null],
  ['nodes["a b"]', false, null],
  ["row.deep.a.b", false, null],
])("the fix of %s works", (source, guard, instead) => {
  const [asked, defaulted] = [...failureOf(source).fix!.matchAll(/`([^`]+)`/g)].map(([, expression]) =>
    compileExpression(expression!).evaluate(scope),
  );
  expect([asked, defaulted]).toEqual([guard, instead]);
});

test.each([
  ["row.list[-1]", 2],
  ["row.list[0 - 2]", 1],
  ["rows.items[-1]", { id: 2 }],
  ["row.list.length", 2],
  ["row.list.size", 2],
  ["s.length", 9],
  ["[s][0].count", 9],
  ["s[1]", "o"],
  ["[s][0][1]", "o"],
])("the fix of %s returns the intended value", (source, meant) => {
  const [, expression] = /^write `([^`]+)`$/.exec(failureOf(source).fix!)!;
  expect(compileExpression(expression!).evaluate(scope)).toEqual(meant);
});

test.each([
  "a.items.sort()",
  "exists(list)",
  "exists(a.b)",
  "JSON.stringify(row, x)",
  "Math.floor(x / 2)",
  "s.strip()",
])("what a fix writes for %s is an expression", (source) => {
  const { fix = "" } = failureOf(source);
  const [, fixed = ""] = /^write `?(.*?)`?(?:;|$)/.exec(fix) ?? [];
  expect(() => compileExpression(fixed)).not.toThrow();
  expect(fixed).not.toBe(source);
});
