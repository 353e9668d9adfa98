import { expect, test } from "vitest";
import { deepFreeze } from "../../json/deep-freeze.ts";
import type { Json } from "../../json/json.ts";
import { compileExpression } from "../compile-expression.ts";
import { Evaluation } from "../evaluation.ts";
import { expressionLimits } from "../limits.ts";

const values: Readonly<Record<string, Json>> = deepFreeze({ l: [1, 2, 3], m: { b: 1, c: 2 }, s: "x" });
const scope = { get: (name: string): Json | undefined => values[name] };
const evaluate = (source: string): Json => compileExpression(source).evaluate(scope);

test.each([
  ["l.map(x, x * 2)", [2, 4, 6]],
  ["l.map(x, x > 1, x * 2)", [4, 6]],
  ["l.filter(x, x != 2)", [1, 3]],
  ["l.filter(x, false)", []],
  ["m.map(k, k)", ["b", "c"]],
  ["m.filter(k, k == 'b')", ["b"]],
  ["{1: 2, 'a': 3}.map(k, k)", [1, "a"]],
  ["l.exists_one(x, x == 2)", true],
  ["l.exists_one(x, x > 1)", false],
  ["l.exists_one(x, x > 9)", false],
  ["l.exists(x, x > 2)", true],
  ["l.exists(x, x > 3)", false],
  ["[].exists(x, x)", false],
  ["l.all(x, x > 0)", true],
  ["l.all(x, x < 3)", false],
  ["[].all(x, x)", true],
  // An error counts only when no element decides.
  ["l.exists(x, 1 / (int(x) - 1) == 1)", true],
  ["l.all(x, 1 / (int(x) - 1) > 5)", false],
  ["l.all(x, x < 2 || 1 / 0 > 0)", "error"],
  ["l.all(x, 1 / (int(x) - 1) >= 0)", "error"],
  ["l.exists(x, 1 / (int(x) - 1) > 5)", "error"],
  // Each variable has a place of its own, and gives the outer one back.
  [
    "l.map(x, l.map(y, x * y))",
    [
      [1, 2, 3],
      [2, 4, 6],
      [3, 6, 9],
    ],
  ],
  ["l.map(x, [x].map(x, x + 1)[0] + x)", [3, 5, 7]],
  ["l.map(x, l.map(y, y)[0] + x)", [2, 3, 4]],
  ["l.map(l, l + 1)", [2, 3, 4]],
  ["l.map(s, s)[0] == 1 && s == 'x'", true],
])("%s is %j", (source, expected) => {
  if (expected === "error") expect(() => evaluate(source)).toThrow("division by zero");
  else expect(evaluate(source)).toEqual(expected);
});

test.each(["map", "filter", "exists", "all", "exists_one"])("%s requires elements, and booleans", (name) => {
  expect(() => evaluate(`s.${name}(x, true)`)).toThrow(
    expect.objectContaining({
      code: "ICE_EXPRESSION_FAILED",
      message: "Cannot iterate over a string.",
      fix: "use a list, or a map to iterate over its keys",
    }),
  );
  const condition = name === "map" ? "l.map(x, x, 1)" : `l.${name}(x, x)`;
  expect(() => evaluate(condition)).toThrow(`\`${name}\` needs a bool, but got a double.`);
});

test("each element is a step, up to the one that decides", () => {
  const most = expressionLimits.comprehensionSteps;
  const items = Object.freeze(Array.from({ length: most + 1 }, (_, at) => at));
  const over = { get: () => items as Json };
  expect(compileExpression(`l.exists(x, x == ${most - 1}.0)`).evaluate(over)).toBe(true);
  expect(() => compileExpression(`l.exists(x, x == ${most}.0)`).evaluate(over)).toThrow(
    expect.objectContaining({ code: "ICE_EXPRESSION_LIMIT" }),
  );
  expect(compileExpression(`l.all(x, x < ${most - 1}.0)`).evaluate(over)).toBe(false);
});

test("an element costs as much work as its body has parts", () => {
  /** Looked for by halving: the work that an expression took is what cannot be afforded any more. */
  const workOf = (source: string): number => {
    let [low, high] = [0, 1_000_000];
    while (low < high) {
      const middle = (low + high) >> 1;
      const evaluation = new Evaluation();
      compileExpression(source).evaluate(scope, evaluation);
      try {
        evaluation.meter.afford(expressionLimits.work - middle);
        high = middle;
      } catch {
        low = middle + 1;
      }
    }
    return low;
  };
  const [one, two, inner] = ["l.exists(x, false)", "l.exists(x, !true)", "l.exists(x, [x, 1] == [])"].map(workOf);
  expect(two! - one!).toBe(3 * 24);
  expect(inner! - one!).toBeGreaterThan(3 * 4 * 24 - 1);
});
