import { expect, test } from "vitest";
import { IceError } from "../errors/ice-error.ts";
import { compileExpression } from "./compile-expression.ts";
import { otherNames, otherRoots } from "./slips.ts";

const refused = (source: string): IceError => {
  try {
    compileExpression(source);
  } catch (error) {
    if (IceError.is(error)) return error;
  }
  throw new Error(`${source} is an expression`);
};

test.each([
  ["{{ inputs.go == 'yes' }}", /remove the braces: `inputs\.go == 'yes'`/],
  ["${{ inputs.tool == 'maven' }}", /remove the braces: `inputs\.tool == 'maven'`/],
  ["${inputs.x}", /remove the braces: `inputs\.x`/],
  ["$inputs.x > 1", /`inputs\.x > 1`/],
  ["inputs.x == 1 and inputs.y == 'a and b'", /`inputs\.x == 1 && inputs\.y == 'a and b'`/],
  ["a and b or c", /`a && b \|\| c`/],
  ["inputs.x = 1", /`inputs\.x == 1`/],
  ["a.n++", /`a\.n \+ 1`/],
  ["a.n--", /`a\.n - 1`/],
  ["++a.n", /as in `a\.n \+ 1`/],
  ["a.n += 2", /`a\.n \+ 2`/],
  ["inputs.x === 1 && b !== 2", /`inputs\.x == 1 && b != 2`/],
  ["inputs.x <> 1", /`inputs\.x != 1`/],
  ["inputs.x?.y", /`inputs\.x\.\?y`/],
  ["a & b", /`a && b`/],
  ["not inputs.x", /`!x`/],
  ["'a' not in inputs.l", /`!\(x in list\)`/],
  ["inputs.x ?? 1", /orValue/],
  ["inputs.x | default(1)", /orValue/],
  ["inputs.x is defined", /has\(/],
  ["'a' if inputs.x else 'b'", /condition \? a : b/],
  ["[x + 1 for x in inputs.l]", /list\.map/],
  ["inputs.l.map(y => y)", /list\.map/],
  ["inputs.s[0:2]", /substring/],
  ["eq .Values.x 1", /`a == b`/],
  [".Values.x", /`inputs\.x`/],
  ['f"x{inputs.a}"', /string\(x\)/],
  ["len(inputs.x) > 1", /size\(inputs\.x\)/],
  ["inputs.x.toUpperCase()", /upper\(inputs\.x\)/],
])("the error of %s has a fix", (source, fix) => {
  expect(refused(source)).toMatchObject({ code: "ICE_EXPRESSION_INVALID", fix: expect.stringMatching(fix) });
});

test("a string is not a mistake, nor is a map in a map", () => {
  expect(refused("'a and b' 'c'").message).toMatch(/does not parse/);
  expect(refused("{'a': {'b': 1 2}}").message).toMatch(/unexpected `2`|Expected/);
  expect(refused("x 'not = or'").message).toMatch(/does not parse/);
});

test("an unexpected word is named completely", () => {
  expect(refused("len inputs").message).toMatch(/unexpected `inputs`/);
  expect(refused("(1 + 2").message).toMatch(/Expected `\)`, got the end/);
});

test.each([...otherNames, ...otherRoots])("the equivalent of %s compiles", (_name, written) => {
  for (const [, expression] of written.matchAll(/`([^`]+)`/g))
    expect(() => compileExpression(expression!)).not.toThrow();
});
