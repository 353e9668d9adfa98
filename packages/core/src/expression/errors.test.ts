import { expect, test } from "vitest";
import { cpuTimeMs } from "../../test/cpu-time.ts";
import { deepFreeze } from "../json/deep-freeze.ts";
import type { JsonObject } from "../json/json.ts";
import { compileExpression } from "./compile-expression.ts";
import { expressionLimits } from "./limits.ts";

const scope = deepFreeze<JsonObject>({
  rows: Array.from({ length: 100_000 }, (_, id) => ({ id })),
  few: [{ id: 0 }, { text: "x" }, { id: 2 }],
});
const evaluate = (source: string): unknown => compileExpression(source).evaluate({ get: (name) => scope[name] });
const missing = (path: string) =>
  expect.objectContaining({ code: "ICE_EXPRESSION_FAILED", message: `There is no \`${path}\`.` });

test.each(["exists(r, r.missing > 1)", "all(r, r.missing > 1)"])("100,000 rows fail in rows.%s", (call) => {
  const started = cpuTimeMs();
  expect(() => evaluate(`rows.${call}`)).toThrow(missing("r.missing"));
  expect(cpuTimeMs() - started).toBeLessThan(500);
});

test("100,000 rows fail on one side, and the other decides", () => {
  expect(evaluate("rows.all(r, r.missing > 1 || r.id >= 0)")).toBe(true);
  expect(evaluate("size(rows.filter(r, r.missing > 1 || r.id >= 0))")).toBe(100_000);
});

test.each([
  ["few.exists(r, r.id == 7)", "r.id"],
  ["few.all(r, r.text == 'x')", "r.text"],
  ["few.exists(r, few.exists(s, r.id + s.id == 7))", "s.id"],
  ["few[0].no == 1 || false", "few[0].no"],
  ["few[0].no == 1 || (few[1].nor == 1 || false)", "few[1].nor"],
  ["(few[0].no == 1 || few[1].nor == 1) || false", "few[1].nor"],
  ["true && (few[0].no == 1 && true)", "few[0].no"],
])("%s fails with the error that decides", (source, path) => {
  expect(() => evaluate(source)).toThrow(missing(path));
});

test("an error does not affect the variable of another loop", () => {
  expect(evaluate("few.map(r, few.exists(r, r.id == 2) || r.id == 0)")).toEqual([true, true, true]);
  expect(evaluate("[7].map(r, (few.exists(r, r.id == 9) || true) && r == 7)")).toEqual([true]);
});

test("alternatives in alternatives are evaluated a few times, not twice for each level", () => {
  const deep = Array.from({ length: expressionLimits.syntaxDepth - 6 }).reduce<string>(
    (inner) => `(${inner} || false)`,
    "few[0].no == 1",
  );
  const started = cpuTimeMs();
  expect(() => evaluate(deep)).toThrow(missing("few[0].no"));
  expect(cpuTimeMs() - started).toBeLessThan(500);
});
