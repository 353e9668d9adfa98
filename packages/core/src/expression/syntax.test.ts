import { describe, expect, test } from "vitest";
import { IceError } from "../errors/ice-error.ts";
import { compileExpression } from "./compile-expression.ts";
import { expressionLimits } from "./limits.ts";
import { partsOf } from "./syntax.ts";

const { sourceLength, syntaxNodes, syntaxDepth } = expressionLimits;

/** What is wrong with an expression; undefined when nothing is. */
function refusal(source: string): Pick<IceError, "code" | "message" | "fix" | "details"> | undefined {
  try {
    compileExpression(source);
    return undefined;
  } catch (error) {
    if (IceError.is(error)) return error;
    throw error;
  }
}

const tooLarge = (what: string) => ({
  code: "ICE_EXPRESSION_LIMIT",
  message: `The expression ${what}.`,
  fix: "split it over several nodes, or use a tool",
});

describe("an expression", () => {
  test("has as many characters as are allowed, and no more", () => {
    const text = (length: number) => `'${"x".repeat(length - 2)}'`;
    expect(refusal(text(sourceLength))).toBeUndefined();
    expect(refusal(text(sourceLength + 1))).toMatchObject(tooLarge("has 4097 characters; at most 4096"));
  });

  test("has as many parts as are allowed, and no more", () => {
    const list = (parts: number) =>
      `[${Array<number>(parts - 1)
        .fill(1)
        .join(",")}]`;
    expect(refusal(list(syntaxNodes))).toBeUndefined();
    expect(refusal(list(syntaxNodes + 1))).toMatchObject(tooLarge("has more than 500 parts"));
  });

  test("is as deep as is allowed, and no deeper", () => {
    const lists = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(refusal(lists(syntaxDepth))).toBeUndefined();
    expect(refusal(lists(syntaxDepth + 1))).toMatchObject(tooLarge("nests deeper than 32"));
  });

  test("is not deeper for selections after a dot or bracket, but for expressions inside brackets", () => {
    for (const part of [".b", "[0]", ".?c", "[?0]", ".trim()"])
      expect(refusal(`a${part.repeat(syntaxDepth + 1)}`)).toBeUndefined();
    const inside = (depth: number, begin: string, end: string) => begin.repeat(depth) + "a" + end.repeat(depth);
    for (const [begin, end] of [
      ["a[", "]"],
      ["a[?", "]"],
      ["size(", ")"],
      ["a.startsWith(", ")"],
    ] as const) {
      expect(refusal(inside(syntaxDepth - 1, begin, end))).toBeUndefined();
      expect(refusal(inside(syntaxDepth, begin, end))).toMatchObject({ code: "ICE_EXPRESSION_LIMIT" });
    }
  });

  test.each([
    ["(", ")"],
    ["[", "]"],
    ["{", "}"],
  ])("does not reach the parser with too many open %s, wherever they stand", (begin, end) => {
    const most = 4 * syntaxDepth;
    expect(refusal(`'${begin.repeat(most)}'`)).toBeUndefined();
    expect(refusal(`'${begin.repeat(most + 1)}'`)).toMatchObject(tooLarge("nests deeper than 32"));
    expect(refusal(`'${(begin + end).repeat(most + 1)}'`)).toBeUndefined();
    // What was closed too often opens nothing.
    expect(refusal(`'${end.repeat(100)}${begin.repeat(most + 1)}'`)).toMatchObject({ code: "ICE_EXPRESSION_LIMIT" });
  });

  test("has comprehensions nested two deep; consecutive ones are not nested", () => {
    expect(refusal("l.map(a, a.filter(b, b > 0).map(c, c))")).toBeUndefined();
    expect(refusal("l.filter(a, a > 0).map(a, a).filter(a, a > 1).exists(a, a == 2)")).toBeUndefined();
    expect(refusal("l.map(a, a.filter(b, b.all(c, c > 0)))")).toMatchObject(
      tooLarge("nests more than 2 comprehensions"),
    );
  });

  test("has as many parts as one would count", () => {
    const parts = (source: string) => {
      const value = { start: 0, input: "", op: "value", args: 1 } as never;
      const name = { start: 0, input: "", op: "id", args: "a" } as never;
      const asts = {
        "a.b": { op: ".", args: [name, "b"] },
        "-a": { op: "-_", args: name },
        "size(a, 1)": { op: "call", args: ["size", [name, value]] },
        "a.f(1)": { op: "rcall", args: ["f", name, [value]] },
        "{a: 1}": { op: "map", args: [[name, value]] },
        "a + 1": { op: "+", args: [name, value] },
      } as Record<string, object>;
      return partsOf(asts[source] as never);
    };
    expect(["a.b", "-a", "size(a, 1)", "a.f(1)", "{a: 1}", "a + 1"].map(parts)).toEqual([2, 2, 3, 3, 3, 3]);
  });
});

describe("calls", () => {
  const reference = "see docs/reference/expressions.md";

  test.each([
    ["size(1, 2)", "`size` takes 1 argument, but got 2", reference],
    ["round()", "`round` takes 1 or 2 arguments, but got 0", reference],
    ["round(1, 2, 3)", "`round` takes 1 or 2 arguments, but got 3", reference],
    ["l.map(x)", "`map` takes 2 or 3 arguments, but got 1", reference],
    ["l.filter(x, true, false)", "`filter` takes 2 arguments, but got 3", reference],
    ["s.substring()", "`substring` takes 1 or 2 arguments, but got 0", reference],
    ["a.?b.orValue()", "`orValue` takes 1 argument, but got 0", reference],
    ["a.?b.or()", "`or` takes 1 argument, but got 0", reference],
    ["has(a.b, a.b)", "`has` takes 1 argument, but got 2", reference],
    ["base64.encode(s, s)", "`encode` takes 1 argument, but got 2", reference],
    ["'x'.sum()", "`sum` is called as `sum(x)`", "write sum('x')"],
    ["l.has(1)", "`has` is called as `has(x)`", "write has(x)"],
    ["substring('a', 1)", "`substring` is called as `x.substring()`", 'write "a".substring(1)'],
    ["map(l, x, x)", "`map` is called as `x.map()`", "write l.map(x, x)"],
    ["orValue(1)", "`orValue` is called as `x.orValue()`", "write x.orValue()"],
    ["suum(1)", "There is no function `suum`", 'did you mean "sum"?'],
    ["x.exist(i, i)", "There is no function `exist`", expect.stringContaining("exists")],
    ["haas(a.b)", "There is no function `haas`", 'did you mean "has"?'],
    ["s.toUpperCase()", "There is no function `toUpperCase`", "write `upper(s)`"],
    ["a.items.sort()", "`sort` is called as `sort(x)`", "write sort(a.items)"],
    ["exists(l)", "`exists` is called as `x.exists()`", "write l.exists(x, x > 0)"],
    [
      "exists(a.b)",
      "`exists` is called as `x.exists()`",
      "write a.b.exists(x, x > 0); to test whether it exists, write has(a.b)",
    ],
    ["JSON.stringify(a.b)", "There is no function `stringify`", "write `json(a.b)`"],
    ["JSON.parse(s)", "There is no function `parse`", "write `parseJson(s)`"],
    ["Math.floor(a.b / 2)", "`floor` is called as `floor(x)`", "write floor(a.b / 2)"],
    ["len(a.b + l)", "There is no function `len`", "write `size(a.b + l)`"],
    ["nothing(1)", "There is no function `nothing`", reference],
    ["s.zzz()", "There is no function `zzz`", reference],
    ["cel.bind(x, 1, x)", "`cel.bind` is not available", "write the value where it is used"],
  ])("%s: %s", (source, what, fix) => {
    expect(refusal(source)).toMatchObject({
      code: "ICE_EXPRESSION_INVALID",
      message: `${what} (column 1, at \`${source.slice(0, 30)}\`).`,
      fix,
      details: { column: 1 },
    });
  });

  test("is shown with the thirty characters that follow, and its column", () => {
    expect(refusal(`1 + nothing('${"y".repeat(100)}')`)?.message).toBe(
      `There is no function \`nothing\` (column 5, at \`nothing('${"y".repeat(21)}\`).`,
    );
  });

  test.each(["base64.encode(b'x')", "a.encode", "cel", "cel.x", "x.map(i, i, i)", "x.map(i, i)", "round(1.5, 1)"])(
    "%s is an expression",
    (source) => expect(refusal(source)).toBeUndefined(),
  );
});

test("mistakes before a dot or a bracket are found as well", () => {
  for (const source of ["nothing(1).a", "nothing(1)[0]", "nothing(1).?a", "nothing(1)[?0]", "nothing(1).trim()"])
    expect(refusal(source)).toMatchObject({ fix: "see docs/reference/expressions.md", details: { column: 1 } });
  expect(refusal("{'__proto__': 1}.a")?.message).toContain("the key `__proto__` is not allowed");
});

test("a map has no key that could reach a prototype", () => {
  for (const key of ["__proto__", "constructor", "prototype"])
    expect(refusal(`{'a': 1, '${key}': 2}`)).toMatchObject({
      code: "ICE_EXPRESSION_INVALID",
      message: `the key \`${key}\` is not allowed (column 10, at \`'${key}': 2}\`).`,
      fix: "use another key",
    });
  expect(refusal("{'a': '__proto__', constructor: 1, 1: 2}")).toBeUndefined();
});
