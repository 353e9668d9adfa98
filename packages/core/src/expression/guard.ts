import type { ASTNode } from "@marcbachmann/cel-js";
import { IceError } from "../errors/ice-error.ts";
import { didYouMean } from "../errors/suggest.ts";
import { forbiddenKeys } from "../json/forbidden-keys.ts";
import { functionNames } from "./functions.ts";
import { expressionLimits } from "./limits.ts";
import { comprehensions } from "./rewrite.ts";

/** Looks at the text before a parser does, so that no input can exhaust the parser's stack. */
export function checkSource(source: string): void {
  if (source.length > expressionLimits.sourceLength)
    throw tooLarge(`has ${source.length} characters; at most ${expressionLimits.sourceLength}`);
  let depth = 0;
  for (const character of source)
    if ("([{".includes(character)) {
      depth += 1;
      // Strings count too: a few hundred brackets in a literal are refused, which is no loss.
      if (depth > 4 * expressionLimits.syntaxDepth) throw tooLarge(`nests deeper than ${expressionLimits.syntaxDepth}`);
    } else if (")]}".includes(character) && depth > 0) depth -= 1;
}

/** Checks the static limits and the names of functions, in one walk. */
export function checkSyntax(root: ASTNode): void {
  let nodes = 0;
  const visit = (node: ASTNode, depth: number, nesting: number): void => {
    nodes += 1;
    if (nodes > expressionLimits.syntaxNodes) throw tooLarge(`has more than ${expressionLimits.syntaxNodes} parts`);
    if (depth > expressionLimits.syntaxDepth) throw tooLarge(`nests deeper than ${expressionLimits.syntaxDepth}`);
    const inner = isComprehension(node) ? nesting + 1 : nesting;
    if (inner > expressionLimits.comprehensionNesting)
      throw tooLarge(`nests more than ${expressionLimits.comprehensionNesting} comprehensions`);
    if (node.op === "call") checkFunction(node, node.args[0], functions);
    if (node.op === "rcall") {
      if (node.args[1].op === "id" && node.args[1].args === "cel")
        throw invalid(node, "`cel.bind` is not available", "write the value where it is used");
      checkFunction(node, node.args[0], methods);
    }
    if (node.op === "map") for (const [key] of node.args) checkKey(key);
    for (const child of childrenOf(node)) visit(child, depth + 1, inner);
  };
  visit(root, 1, 0);
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

/** @param node - where it stands, for the column. */
export function invalid(node: Pick<ASTNode, "start" | "input">, what: string, fix: string, cause?: unknown): IceError {
  const column = node.start + 1;
  const near = (node.input ?? "").slice(node.start, node.start + 30);
  return new IceError("ICE_EXPRESSION_INVALID", `${what} (column ${column}${near === "" ? "" : `, at \`${near}\``}).`, {
    fix,
    details: { column },
    ...(cause === undefined ? {} : { cause }),
  });
}

function tooLarge(what: string): IceError {
  return new IceError("ICE_EXPRESSION_LIMIT", `The expression ${what}.`, {
    fix: "split it over several nodes, or use a tool",
  });
}

function checkFunction(node: ASTNode, name: string, known: ReadonlySet<string>): void {
  if (known.has(name)) return;
  if (functions.has(name) || methods.has(name)) {
    const written = functions.has(name) ? `${name}(x)` : `x.${name}()`;
    throw invalid(node, `\`${name}\` is written \`${written}\``, `write ${written}`);
  }
  throw invalid(
    node,
    `There is no function \`${name}\``,
    didYouMean(name, [...functions, ...methods]) || "see docs/reference/expressions.md",
  );
}

function checkKey(key: ASTNode): void {
  if (key.op === "value" && forbiddenKeys.has(String(key.args)))
    throw invalid(key, `the key \`${String(key.args)}\` is not allowed`, "use another key");
}

const functions: ReadonlySet<string> = new Set([
  ...functionNames,
  ..."dyn type bool size bytes double int uint string timestamp duration has matches".split(" "),
]);

const methods: ReadonlySet<string> = new Set(
  (
    "map filter all exists exists_one size startsWith endsWith contains lowerAscii upperAscii trim indexOf lastIndexOf substring matches " +
    "split join json hex string base64 at getDate getDayOfMonth getDayOfWeek getDayOfYear getFullYear getHours getMilliseconds " +
    "getMinutes getMonth getSeconds hasValue value none of or orValue"
  ).split(" "),
);
