import type { ASTNode } from "@marcbachmann/cel-js";
import { IceError } from "../errors/ice-error.ts";
import { didYouMean } from "../errors/suggest.ts";
import { forbiddenKeys } from "../json/forbidden-keys.ts";
import { functions, methods, namespaces, type Builtin } from "./functions/builtins.ts";
import { expressionLimits } from "./limits.ts";
import { asFunction, asMethod, comprehensions, isPath, ofOtherLanguage } from "./own-words.ts";

/** Checks the source before it is parsed, so that no input can exhaust the parser's stack. */
export function checkSource(source: string): void {
  if (source.length > expressionLimits.sourceLength)
    throw tooLarge(`has ${source.length} characters; at most ${expressionLimits.sourceLength}`);
  let depth = 0;
  for (const character of source)
    if ("([{".includes(character)) {
      depth += 1;
      // Strings count too: a few hundred brackets in a literal are refused, which is acceptable.
      if (depth > 4 * expressionLimits.syntaxDepth) throw tooLarge(`nests deeper than ${expressionLimits.syntaxDepth}`);
    } else if (")]}".includes(character) && depth > 0) depth -= 1;
}

/** Checks the static limits, and the names and arguments of functions, in one walk. */
export function checkSyntax(root: ASTNode): void {
  let nodes = 0;
  const visit = (node: ASTNode, depth: number, nesting: number): void => {
    nodes += 1;
    if (nodes > expressionLimits.syntaxNodes) throw tooLarge(`has more than ${expressionLimits.syntaxNodes} parts`);
    if (depth > expressionLimits.syntaxDepth) throw tooLarge(`nests deeper than ${expressionLimits.syntaxDepth}`);
    if (nesting > expressionLimits.comprehensionNesting)
      throw tooLarge(`nests more than ${expressionLimits.comprehensionNesting} comprehensions`);
    if (node.op === "call") checkCall(node);
    if (node.op === "rcall") checkMethod(node);
    if (node.op === "map") for (const [key] of node.args) checkKey(key);
    // Selections do not add a level; only nested expressions do.
    const receiver = receiverOf(node);
    const inner = isComprehension(node) ? nesting + 1 : nesting;
    for (const child of childrenOf(node))
      if (child === receiver) visit(child, depth, nesting);
      else visit(child, depth + 1, inner);
  };
  visit(root, 1, 0);
}

/** The operand of a path, an index or a method. */
function receiverOf(node: ASTNode): ASTNode | undefined {
  if (node.op === "." || node.op === ".?" || node.op === "[]" || node.op === "[?]") return node.args[0];
  return node.op === "rcall" ? node.args[1] : undefined;
}

/** Number of syntax nodes of a part, itself included. */
export function partsOf(node: ASTNode): number {
  return childrenOf(node).reduce((total, child) => total + partsOf(child), 1);
}

/** `base64.encode(x)`: a function with a dot in its name. No output of a node has methods, so no name is hidden by it. */
export function isNamespaceCall(node: ASTNode): boolean {
  return node.op === "rcall" && node.args[1].op === "id" && namespaces.has(`${node.args[1].args}.${node.args[0]}`);
}

export function isComprehension(node: ASTNode): node is ASTNode & { readonly op: "rcall" } {
  return node.op === "rcall" && comprehensions.has(node.args[0]) && node.args[2][0]?.op === "id";
}

export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case "value":
    case "id":
      return [];
    case ".":
    case ".?":
      return [node.args[0]];
    case "!_":
    case "-_":
      return [node.args];
    case "call":
      return node.args[1];
    case "rcall":
      return [node.args[1], ...node.args[2]];
    case "map":
      return node.args.flat();
    default:
      return node.args;
  }
}

/** @param node - provides the column. */
export function invalid(node: Pick<ASTNode, "start" | "input">, what: string, fix: string, cause?: unknown): IceError {
  const column = node.start + 1;
  const near = (node.input ?? "").slice(node.start, node.start + 30);
  return new IceError("ICE_EXPRESSION_INVALID", `${what} (column ${column}${near === "" ? "" : `, at \`${near}\``}).`, {
    fix,
    details: { column },
    cause,
  });
}

/** @param what - completes the message: `nests deeper than 32`. */
export function tooLarge(what: string, cause?: unknown): IceError {
  return new IceError("ICE_EXPRESSION_LIMIT", `The expression ${what}.`, {
    fix: "split it over several nodes, or use a tool",
    cause,
  });
}

const compiledFunctions: ReadonlySet<string> = new Set(["has"]);
const compiledMethods: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ["or", [2]],
  ["orValue", [2]],
  ["map", [3, 4]],
  ...["filter", "all", "exists", "exists_one"].map((name) => [name, [3]] as const),
]);
const arityOfMethod = (name: string): readonly number[] => methods.get(name)?.arity ?? compiledMethods.get(name)!;
const isFunction = (name: string): boolean => functions.has(name) || compiledFunctions.has(name);
const isMethod = (name: string): boolean => methods.has(name) || compiledMethods.has(name);

function checkCall(node: ASTNode & { readonly op: "call" }): void {
  const [name, args] = node.args;
  if (!isFunction(name))
    throw isMethod(name)
      ? writtenOtherwise(node, name, `x.${name}()`, asMethod(node, name, arityOfMethod(name)) + ofPath(node))
      : unknownFunction(node, name);
  checkArity(node, name, { arity: functions.get(name)?.arity ?? [1], given: args.length, before: 0 });
}

function checkMethod(node: ASTNode & { readonly op: "rcall" }): void {
  const [name, receiver, args] = node.args;
  if (isNamespaceCall(node)) {
    const { arity } = namespaces.get(`${receiver.args as string}.${name}`)!;
    return checkArity(node, name, { arity, given: args.length, before: 0 });
  }
  if (receiver.op === "id" && receiver.args === "cel")
    throw invalid(node, "`cel.bind` is not available", "write the value where it is used");
  if (!isMethod(name))
    throw isFunction(name)
      ? writtenOtherwise(node, name, `${name}(x)`, asFunction(node, name, functions.get(name)?.arity ?? [1]))
      : unknownFunction(node, name);
  if (comprehensions.has(name) && args[0]?.op !== "id")
    throw invalid(node, `\`${name}\` needs a name for the element`, `write \`list.${name}(x, …)\``);
  const arity = arityOfMethod(name);
  checkArity(node, name, { arity, given: args.length + 1, before: 1 });
}

/** @param counts - `before`: arguments before the dot, counted in `arity` and `given`. */
function checkArity(
  node: ASTNode,
  name: string,
  { arity, given, before }: { readonly arity: Builtin["arity"]; readonly given: number; readonly before: number },
): void {
  if (arity.includes(given)) return;
  const wanted = arity.map((count) => count - before).join(" or ");
  throw invalid(
    node,
    `\`${name}\` takes ${wanted} argument${wanted === "1" ? "" : "s"}, but got ${given - before}`,
    "see docs/reference/expressions.md",
  );
}

function writtenOtherwise(node: ASTNode, name: string, form: string, written: string): IceError {
  return invalid(node, `\`${name}\` is called as \`${form}\``, `write ${written}`);
}

/** `exists(a.b)` may be meant as a test for presence. */
function ofPath({ args: [name, [only]] }: ASTNode & { readonly op: "call" }): string {
  const isQuestion = name === "exists" && only !== undefined && isPath(only);
  return isQuestion ? `; to test whether it exists, write has(${only.input.slice(only.start, only.end)})` : "";
}

function unknownFunction(node: ASTNode & { readonly op: "call" | "rcall" }, name: string): IceError {
  const other = ofOtherLanguage(node);
  return invalid(
    node,
    `There is no function \`${name}\``,
    (other === undefined ? "" : `write ${other}`) ||
      didYouMean(name, [...functions.keys(), ...compiledFunctions, ...methods.keys(), ...compiledMethods.keys()]) ||
      "see docs/reference/expressions.md",
  );
}

function checkKey(key: ASTNode): void {
  if (key.op === "value" && forbiddenKeys.has(String(key.args)))
    throw invalid(key, `the key \`${String(key.args)}\` is not allowed`, "use another key");
}
