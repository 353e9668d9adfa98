import type { ASTNode } from "@marcbachmann/cel-js";
import { written } from "./program/written.ts";
import { otherNames } from "./slips.ts";

type Call = ASTNode & { readonly op: "call" | "rcall" };

/** Maximum number of characters of a call that a fix repeats. */
const longest = 120;

/** Arguments of a call, the receiver first, unless the receiver is a namespace such as `Math`. */
function operandsOf(node: Call): readonly ASTNode[] {
  if (node.op === "call") return node.args[1];
  return objectFunction(node) === undefined ? [node.args[1], ...node.args[2]] : node.args[2];
}

function objectFunction(node: Call): string | undefined {
  if (node.op === "call") return undefined;
  const [name, receiver] = node.args;
  return receiver.op === "id" ? inObjects.get(`${receiver.args}.${name}`) : undefined;
}

/** A method call rewritten as the function that exists in CEL: `sort(a.items)` for `a.items.sort()`. */
export function asFunction(node: Call, name: string, arity: readonly number[]): string {
  const operands = operandsOf(node);
  const fits = arity.includes(operands.length) && (name !== "has" || isPath(operands[0]!));
  return (fits ? short(`${name}(${operands.map(argument).join(", ")})`) : undefined) ?? `${name}(x)`;
}

/** A function call rewritten as the method that exists in CEL: `a.items.exists(x, x > 0)` for `exists(a.items)`. */
export function asMethod(node: Call, name: string, arity: readonly number[]): string {
  const [receiver, ...given] = operandsOf(node);
  const args = given.map(argument);
  if (receiver === undefined) return `x.${name}()`;
  const call = (words: readonly string[]): string | undefined =>
    short(`${written(receiver)}.${name}(${words.join(", ")})`);
  if (arity.includes(args.length + 1)) return call(args) ?? `x.${name}()`;
  return (isComprehension(name) && args.length === 0 ? call(["x", "x > 0"]) : undefined) ?? `x.${name}()`;
}

const isComprehension = (name: string): boolean => comprehensions.has(name);

/** Methods that take a name for the element, and an expression that reads it. */
export const comprehensions: ReadonlySet<string> = new Set(["map", "filter", "all", "exists", "exists_one"]);

/** Parts of a path may be absent. */
export const isPath = (node: ASTNode): boolean => node.op === "." || node.op === "[]";

/** Functions that other languages keep in an object. */
const inObjects: ReadonlyMap<string, string> = new Map([
  ["JSON.stringify", "json"],
  ["JSON.parse", "parseJson"],
  ["json.dumps", "json"],
  ["json.loads", "parseJson"],
  ["Math.floor", "floor"],
  ["Math.ceil", "ceil"],
  ["Math.round", "round"],
  ["Math.abs", "abs"],
  ["Object.keys", "keys"],
  ["Object.values", "values"],
]);

/** The equivalent of a function or method of another language, with the author's own argument if there is only one. */
export function ofOtherLanguage(node: Call): string | undefined {
  const words = otherNames.get(node.args[0]);
  const here = objectFunction(node) ?? /^`(\w+)\(\w+\)`$/.exec(words ?? "")?.[1];
  const [first, ...more] = operandsOf(node);
  if (here === undefined || (words !== undefined && more.length > 0)) return words;
  return `\`${(first && short(`${here}(${argument(first)})`)) ?? `${here}(x)`}\``;
}

/** As written: an argument needs no brackets. */
const argument = (node: ASTNode): string => node.input.slice(node.start, node.end);

const short = (text: string): string | undefined => (text.length > longest ? undefined : text);
