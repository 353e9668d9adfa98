import type { ASTNode } from "@marcbachmann/cel-js";
import { matchesFunction } from "./functions.ts";

/** Names of the guard functions; an author cannot call them (see `guard.ts`). */
export const guards = {
  /** Counts the elements a comprehension walks over. */
  items: "ice_items",
  /** Counts the length of what a function looks at. */
  work: "ice_work",
  /** Counts the whole of what a comparison looks at. */
  whole: "ice_whole",
  /** Counts a list that `in` searches. */
  members: "ice_members",
  /** Bounds a string or list that `+` made. */
  built: "ice_built",
  /** Turns a whole double into an integer: JSON numbers index lists. */
  index: "ice_index",
} as const;

export const comprehensions: ReadonlySet<string> = new Set(["map", "filter", "all", "exists", "exists_one"]);

/** Methods of optionals: their receiver is no value to be measured, and their argument may not be evaluated. */
const optionalMethods: ReadonlySet<string> = new Set(["orValue", "or", "value", "hasValue"]);
const measuredFunctions: ReadonlySet<string> = new Set(["size", "string", "bytes", "int", "uint", "double"]);

/**
 * The CEL text that is run in place of what the author wrote: the same meaning, every operation that could be large put
 * under the meter, `matches` moved to RE2, whole doubles accepted where CEL wants an integer, and the branches of `? :` free
 * to differ in type. It is written from the syntax tree, operator by operator, so nothing of the source passes unread.
 */
export function rewrite(node: ASTNode): string {
  switch (node.op) {
    case "value":
      return node.input.slice(node.start, node.end);
    case "id":
      return node.args;
    case ".":
      return `${rewrite(node.args[0])}.${node.args[1]}`;
    case ".?":
      return `${rewrite(node.args[0])}.?${node.args[1]}`;
    case "[]":
      return `${rewrite(node.args[0])}[${indexOf(node.args[1])}]`;
    case "[?]":
      return `${rewrite(node.args[0])}[?${indexOf(node.args[1])}]`;
    case "call":
      return rewriteCall(...node.args);
    case "rcall":
      return rewriteMethod(...node.args);
    case "list":
      return `[${node.args.map(rewrite).join(", ")}]`;
    case "map":
      return `{${node.args.map(([key, value]) => `${rewrite(key)}: ${rewrite(value)}`).join(", ")}}`;
    case "?:":
      return `(${rewrite(node.args[0])} ? dyn(${rewrite(node.args[1])}) : dyn(${rewrite(node.args[2])}))`;
    case "!_":
      return `!(${rewrite(node.args)})`;
    case "-_":
      return `-(${rewrite(node.args)})`;
    case "+":
      return node.args.some(isNumber) ? binary(node) : `${guards.built}(${binary(node)})`;
    case "in":
      return `(${rewrite(node.args[0])} in ${under(guards.members, node.args[1])})`;
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return node.args.some(isLiteral)
        ? binary(node)
        : `(${under(guards.whole, node.args[0])} ${node.op} ${rewrite(node.args[1])})`;
    default:
      return binary(node);
  }
}

function binary(node: ASTNode & { readonly args: readonly [ASTNode, ASTNode] }): string {
  return `(${rewrite(node.args[0])} ${node.op} ${rewrite(node.args[1])})`;
}

function rewriteCall(name: string, args: readonly ASTNode[]): string {
  if (name === "has") return `has(${args.map(plain).join(", ")})`;
  if (name === "matches") return `${matchesFunction}(${args.map(rewrite).join(", ")})`;
  if (name === "timestamp") return `timestamp(${args.map(indexOf).join(", ")})`;
  return `${name}(${args.map((arg) => (measuredFunctions.has(name) ? under(guards.work, arg) : rewrite(arg))).join(", ")})`;
}

function rewriteMethod(name: string, receiver: ASTNode, args: readonly ASTNode[]): string {
  if (comprehensions.has(name) && args[0]?.op === "id")
    return `${under(guards.items, receiver)}.${name}(${args[0].args}, ${args.slice(1).map(rewrite).join(", ")})`;
  if (name === "matches") return `${matchesFunction}(${[receiver, ...args].map(rewrite).join(", ")})`;
  if (optionalMethods.has(name) || (receiver.op === "id" && receiver.args === "optional"))
    return `${rewrite(receiver)}.${name}(${args.map(rewrite).join(", ")})`;
  return `${guards.built}(${under(guards.work, receiver)}.${name}(${args.map(indexOf).join(", ")}))`;
}

/** `has` wants a plain selection. */
function plain(node: ASTNode): string {
  return node.op === "." || node.op === ".?" ? `${plain(node.args[0])}${node.op}${node.args[1]}` : rewrite(node);
}

const isLiteral = (node: ASTNode): boolean => node.op === "value";
const isNumber = (node: ASTNode): boolean =>
  node.op === "value" && (typeof node.args === "bigint" || typeof node.args === "number");
const indexOf = (node: ASTNode): string => under(guards.index, node);

function under(guard: string, node: ASTNode): string {
  return isLiteral(node) ? rewrite(node) : `${guard}(${rewrite(node)})`;
}
