import { Environment, type ASTNode } from "@marcbachmann/cel-js";
import { IceError, messageOf } from "../errors/ice-error.ts";
import type { Keys } from "../json/json-pointer.ts";
import { isPlainObject, type Json } from "../json/json.ts";
import { Evaluation } from "./evaluation.ts";
import type { Expression, Reference } from "./expression.ts";
import { expressionFailed } from "./failure.ts";
import { toJsonResult } from "./json-result.ts";
import { expressionLimits } from "./limits.ts";
import type { Meter } from "./meter.ts";
import { missingIndex, missingKey, missingRoot, noSuchPart } from "./missing.ts";
import { compileProgram, type Program } from "./program/compile-program.ts";
import { collectReferences, purePath } from "./references.ts";
import type { ExpressionScope } from "./scope.ts";
import { slipIn } from "./slips.ts";
import { staticType } from "./static-type.ts";
import { checkSource, checkSyntax, invalid, tooLarge } from "./syntax.ts";

/**
 * Compiles a CEL expression. Names are not checked here; `references` lists those that it reads.
 *
 * @throws IceError `ICE_EXPRESSION_INVALID` (`details.column`, from 1), `ICE_EXPRESSION_LIMIT`.
 */
export function compileExpression(source: string): Expression {
  checkSource(source);
  const ast = parse(source);
  checkSyntax(ast);
  const references = collectReferences(ast);
  const path = purePath(ast);
  if (path !== undefined) return { source, references, evaluate: (scope) => readPath(path, scope) };
  const type = staticType(ast);
  const program = compileProgram(ast);
  return {
    source,
    references,
    type,
    evaluate: (scope, { meter } = new Evaluation()) => evaluate(program, scope, meter),
  };
}

/** Replaces an expression that does not compile, so that the rest can be analysed. Evaluating it throws the error. */
export function refusedExpression(source: string, error: IceError): Expression {
  return {
    source,
    references: [],
    evaluate() {
      throw error;
    },
  };
}

/**
 * Created on first use, so that importing this module has no effect. Only its parser is used, which keeps no data of expressions.
 */
const holder: { parser?: Environment } = {};
const parser = (): Environment =>
  (holder.parser ??= new Environment({
    unlistedVariablesAreDyn: true,
    enableOptionalTypes: true,
    // Slightly above the limits of the syntax, so that those are reported.
    limits: { maxAstNodes: 2 * expressionLimits.syntaxNodes, maxDepth: 2 * expressionLimits.syntaxNodes },
  }));

function parse(source: string): ASTNode {
  try {
    return parser().parse(source).ast;
  } catch (error) {
    throw syntaxError(source, error);
  }
}

function evaluate({ run }: Program, scope: ExpressionScope, meter: Meter): Json {
  meter.begin();
  try {
    const value = run({ scope, meter, roots: [], locals: [] });
    if (meter.violation !== undefined) throw meter.violation;
    return toJsonResult(value, meter);
  } catch (error) {
    if (meter.violation !== undefined) throw meter.violation;
    throw IceError.is(error) ? error : unexpected(error);
  }
}

/** A plain path needs no interpreter and returns the value itself. */
function readPath({ root, keys }: Reference, scope: ExpressionScope): Json {
  let value = scope.get(root);
  if (value === undefined) throw missingRoot(root);
  for (let depth = 0; depth < keys.length; depth += 1) {
    const key = keys[depth]!;
    const next = memberOf(value, key);
    if (next === undefined)
      throw root === "nodes" && depth === 0
        ? missingRoot(String(key))
        : missingPart(value, written(root, keys.slice(0, depth)), key);
    value = next;
  }
  return value;
}

function memberOf(value: Json, key: string | number): Json | undefined {
  if (Array.isArray(value)) return typeof key === "number" ? (value[key] as Json | undefined) : undefined;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as { readonly [key: string]: Json })[key];
}

function written(root: string, keys: Keys): string {
  return keys.reduce<string>(
    (text, key) =>
      typeof key === "number" || !/^[A-Za-z_]\w*$/.test(key) ? `${text}[${JSON.stringify(key)}]` : `${text}.${key}`,
    root,
  );
}

function missingPart(value: Json, base: string, key: string | number): IceError {
  if (Array.isArray(value) && typeof key === "number")
    return missingIndex(base, String(key), { size: value.length, at: key });
  return isPlainObject(value) ? missingKey(base, key) : noSuchPart(value, base, key);
}

/** Errors of JavaScript itself: a string beyond the maximum length, a stack overflow. */
function unexpected(error: unknown): IceError {
  return expressionFailed(
    `The expression failed: ${messageOf(error)}.`,
    "do less in one expression: process large data in a tool or a loop",
    error,
  );
}

interface CelError {
  readonly code?: string;
  readonly summary?: string;
  readonly node?: ASTNode;
}

/** The message of the parser, without its drawing of the position. */
function summaryOf(error: unknown): string {
  const { summary } = (typeof error === "object" && error !== null ? error : {}) as CelError;
  return summary ?? messageOf(error);
}

const tokens: Readonly<Record<string, string>> = {
  EOF: "the end",
  COLON: "`:`",
  COMMA: "`,`",
  DOT: "`.`",
  QUESTION: "`?`",
  LPAREN: "`(`",
  RPAREN: "`)`",
  LBRACKET: "`[`",
  RBRACKET: "`]`",
  LBRACE: "`{`",
  RBRACE: "`}`",
};

/** The parser names tokens by their kind, and an unexpected one only by its last character. */
function parserWords(error: unknown, rest: string): string {
  const [word = ""] = /^(?:\w+|.)/.exec(rest) ?? [];
  const summary = summaryOf(error);
  if (summary.startsWith("Unexpected character") && word !== "") return `unexpected \`${word}\``;
  return summary.replaceAll(/\b[A-Z]{3,}\b/g, (token) => tokens[token] ?? token.toLowerCase());
}

function accepts(source: string): boolean {
  try {
    const { ast } = parser().parse(source);
    checkSyntax(ast);
    staticType(ast);
    return true;
  } catch {
    return false;
  }
}

function syntaxError(source: string, error: unknown): IceError {
  const { code, node } = (typeof error === "object" && error !== null ? error : {}) as CelError;
  if (code?.includes("limit") === true || /exceeded|maximum/i.test(messageOf(error)))
    return tooLarge(`is too large: ${summaryOf(error)}`, error);
  const slip = slipIn(source, accepts);
  if (slip !== undefined) return invalid({ start: slip.start, input: source }, slip.what, slip.fix, error);
  const start = Math.min(node?.start ?? 0, source.length);
  return invalid(
    { start, input: source },
    `The expression does not parse: ${parserWords(error, source.slice(start))}`,
    "correct the expression; strings need quotes",
    error,
  );
}
