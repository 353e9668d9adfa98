import { describe, expect, test } from "vitest";
import { IceError } from "../../errors/ice-error.ts";
import { deepFreeze } from "../../json/deep-freeze.ts";
import type { Json } from "../../json/json.ts";
import { compileExpression } from "../compile-expression.ts";

const values: Readonly<Record<string, Json>> = deepFreeze({
  a: { b: 1, n: null },
  l: [1, 2, 3],
  s: "x",
  k: "b",
  i: 1,
  nodes: {},
});
const evaluate = (source: string): Json => compileExpression(source).evaluate({ get: (name) => values[name] });

// `[a][0]` is no path of names, so that its parts are selected while the expression runs.
test.each([
  ["[a][0].b", 1],
  ["[a][0][k]", 1],
  ["[l][0][i]", 2],
  ["[l][0][2]", 3],
  ["[l][0][1u]", 2],
  ["[l][0][1.0]", 2],
  ["{1: 'x'}[1.0]", "x"],
  ["{true: 1}[true]", 1],
  ["[a][0].?zz.x.orValue(4)", 4],
  ["[a][0].?b.orValue(4)", 1],
  ["[a][0][?k].orValue(4)", 1],
  ["[l][0][?9].orValue(4)", 4],
  ["[l][0][?1].orValue(4)", 2],
  ["[l][0][?s].orValue(4)", 4],
  ["[l][0][?0.5].orValue(4)", 4],
  ["[s][0].?x.orValue(4)", 4],
  ["[s][0][?0].orValue(4)", 4],
  ["optional.of(a).b.orValue(5)", 1],
  ["optional.of(a).zz.orValue(5)", 5],
  ["optional.of(l)[1].orValue(5)", 2],
  ["optional.of(l)[s].orValue(5)", 5],
  ["optional.of(s).x.orValue(5)", 5],
  ["optional.none().x.orValue(5)", 5],
  ["has([a][0].b)", true],
  ["has([a][0].zz)", false],
  ["has([a][0].?b)", true],
  ["has([a][0].?zz)", false],
  ["has([a][0].n)", true],
  ["has(optional.of(a).b)", true],
  ["has(optional.of(s).x)", false],
  ["has(optional.of(l).x)", false],
  ["has(optional.none().x)", false],
])("%s is %j", (source, value) => expect(evaluate(source)).toEqual(value));

const missing = (path: string, guard: string, instead: string) => [
  `There is no \`${path}\``,
  `guard it: \`${guard}\`, or \`${instead}.orValue(null)\``,
];

describe("a selection that fails is named, with a guard for it", () => {
  test.each([
    ["[a][0].zz", ...missing("[a][0].zz", "has([a][0].zz)", "[a][0].?zz")],
    ["[a][0][s]", ...missing("[a][0].x", "has([a][0].x)", "[a][0].?x")],
    ["[a][0]['x y']", ...missing('[a][0]["x y"]', '"x y" in [a][0]', '[a][0][?"x y"]')],
    ["{1: 'x'}[2]", ...missing("{1: 'x'}[2]", "2 in {1: 'x'}", "{1: 'x'}[?2]")],
    ["[nodes][0].x", ...missing("[nodes][0].x", "has([nodes][0].x)", "[nodes][0].?x")],
    ["nodes[i]", ...missing("nodes[i]", "i in nodes", "nodes[?i]")],
    [
      "[l][0][9]",
      "There is no `[l][0][9]`: the list has 3 elements",
      "guard it: `size([l][0]) > 9`, or `[l][0][?9].orValue(null)`",
    ],
    [
      "l[i + 5]",
      "There is no `l[(i + 5)]`: the list has 3 elements",
      "guard it: `size(l) > (i + 5)`, or `l[?(i + 5)].orValue(null)`",
    ],
    [
      "nodes[k]",
      "`b` has no value here: the node did not complete. Guard it with has(nodes.b)",
      "guard it: `has(nodes.b)`, or `nodes.?b.orValue(null)`",
    ],
    ["[l][0][s]", "`[l][0]` is a list, and a list has no `x`", "select an element: `[l][0][0]`"],
    ["[l][0].first", "`[l][0]` is a list, and a list has no `first`", "select an element: `[l][0][0]`"],
    ["has([l][0].x)", "`[l][0]` is a list, and a list has no `x`", "select an element: `[l][0][0]`"],
    [
      `[l][0]['${"y".repeat(50)}']`,
      `\`[l][0]\` is a list, and a list has no \`${"y".repeat(40)}\``,
      "select an element: `[l][0][0]`",
    ],
    ["[s][0].x", "`[s][0]` is a string, which has no parts", "check what it is: `type([s][0])` is string"],
    [
      "[a][0].n.x",
      "`[a][0].n` is null, which has no parts",
      "guard it: `[a][0].n != null`, or `[a][0].n.?x.orValue(null)`",
    ],
    ["has(a.b.c)", "`a.b` is a double, which has no parts", "check what it is: `type(a.b)` is double"],
  ])("%s: %s", (source, message, fix) => {
    let failure: unknown;
    try {
      evaluate(source);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(IceError);
    expect(failure).toMatchObject({ code: "ICE_EXPRESSION_FAILED", message: `${message}.`, fix });
  });

  test.each([
    ["has(a[0])", "`has` takes a field, not an element", "write `a[?0].hasValue()`"],
    ["has(a[?k])", "`has` takes a field, not an element", "write `a[?k].hasValue()`"],
    ["has(a)", "`has` takes a field, not a name", "write `has(nodes.a)`"],
    ["has(1)", "`has` takes a field", "write `has(a.b)`"],
  ])("%s: %s", (source, what, fix) => {
    expect(() => compileExpression(source)).toThrow(
      expect.objectContaining({
        code: "ICE_EXPRESSION_INVALID",
        message: `${what} (column 5, at \`${source.slice(4)}\`).`,
        fix,
      }),
    );
  });
});
