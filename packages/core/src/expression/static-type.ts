import type { ASTNode } from "@marcbachmann/cel-js";
import { functions, methods, namespaces } from "./functions/builtins.ts";
import { comprehensions } from "./own-words.ts";
import { childrenOf, invalid, isComprehension, isNamespaceCall } from "./syntax.ts";

/**
 * The type of an expression's result if it does not depend on the data; otherwise undefined.
 *
 * @throws IceError `ICE_EXPRESSION_INVALID` for an operator whose operands never have suitable types: such an expression always fails.
 */
export function staticType(root: ASTNode): string | undefined {
  const types = new Map<ASTNode, string | undefined>();
  // Children first, without recursion over long chains of operators.
  const order: ASTNode[] = [root];
  for (const node of order) order.push(...childrenOf(node));
  for (const node of order.toReversed())
    types.set(
      node,
      typeOf(node, (child) => types.get(child)),
    );
  return types.get(root);
}

type TypeOf = (node: ASTNode) => string | undefined;

function typeOf(node: ASTNode, known: TypeOf): string | undefined {
  switch (node.op) {
    case "value":
      return literalType(node.args);
    case "list":
      return "list";
    case "map":
      return "map";
    case "!_":
      checkBool(node, [node.args], known);
      return "bool";
    case "&&":
    case "||":
      checkBool(node, node.args, known);
      return "bool";
    case "?:": {
      const [condition, yes, no] = node.args;
      checkBool(node, [condition], known);
      return known(yes) === known(no) ? known(yes) : undefined;
    }
    case "-_":
      return checkNegation(node, known(node.args));
    case "call":
      return node.args[0] === "has" ? "bool" : functions.get(node.args[0])?.type;
    case "rcall":
      return methodType(node);
    case "id":
    case ".":
    case ".?":
    case "[]":
    case "[?]":
      return undefined;
    default:
      return operatorType(node, known);
  }
}

function literalType(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "double";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  return value instanceof Uint8Array ? "bytes" : "uint";
}

function methodType(node: ASTNode & { readonly op: "rcall" }): string | undefined {
  const [name, receiver] = node.args;
  if (isNamespaceCall(node)) return namespaces.get(`${receiver.args as string}.${name}`)?.type;
  if (isComprehension(node)) return name === "map" || name === "filter" ? "list" : "bool";
  return comprehensions.has(name) ? undefined : methods.get(name)?.type;
}

const numbers: ReadonlySet<string> = new Set(["int", "uint", "double"]);
const addable: ReadonlySet<string> = new Set(["string", "bytes", "list"]);

function operatorType(
  node: ASTNode & { readonly args: readonly [ASTNode, ASTNode] },
  known: TypeOf,
): string | undefined {
  const [left, right] = node.args.map(known) as [string | undefined, string | undefined];
  const { op } = node;
  if (op === "==" || op === "!=") return "bool";
  if (op === "in") {
    if (right !== undefined && right !== "list" && right !== "map") throw neverFits(node, left, right);
    return "bool";
  }
  const ordering = op === "<" || op === "<=" || op === ">" || op === ">=";
  if (left === undefined || right === undefined) return ordering ? "bool" : undefined;
  if (numbers.has(left) && numbers.has(right)) {
    if (ordering) return "bool";
    if (left === right) return left;
    if (left === "double" || right === "double") return "double";
  } else if (left === right) {
    if (ordering && (addable.has(left) || left === "bool") && left !== "list") return "bool";
    if (op === "+" && addable.has(left)) return left;
  }
  throw neverFits(node, left, right);
}

function checkNegation(node: ASTNode, type: string | undefined): string | undefined {
  if (type === undefined || type === "int" || type === "double") return type;
  throw invalid(node, `The expression can never be evaluated: \`-\` is not defined for ${type}`, "negate numbers");
}

function checkBool(node: ASTNode, operands: readonly ASTNode[], known: TypeOf): void {
  const wrong = operands.map(known).find((type) => type !== undefined && type !== "bool");
  if (wrong === undefined) return;
  const operator = node.op === "?:" ? "? :" : node.op === "!_" ? "!" : node.op;
  throw invalid(
    node,
    `The expression can never be evaluated: \`${operator}\` needs a bool, but got ${wrong}`,
    "write a comparison: `x > 0`, `x != null`",
  );
}

function neverFits(node: ASTNode, left: string | undefined, right: string): Error {
  return invalid(
    node,
    `The expression can never be evaluated: \`${node.op}\` is not defined for ${left ?? "value"} and ${right}`,
    "check the types of its parts",
  );
}
