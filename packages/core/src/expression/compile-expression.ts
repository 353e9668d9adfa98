import type { ASTNode } from "@marcbachmann/cel-js";
import { IceError, messageOf } from "../errors/ice-error.ts";
import type { Json } from "../json/json.ts";
import { Evaluation } from "./evaluation.ts";
import { expressionFailed, missingKey, missingRoot } from "./failure.ts";
import { checkSource, checkSyntax, invalid } from "./guard.ts";
import { toJsonResult } from "./json-result.ts";
import { createLanguage, type Language } from "./language.ts";
import type { Meter } from "./meter.ts";
import { collectReferences, purePath } from "./references.ts";
import type { Expression, ExpressionScope, Reference } from "./scope.ts";

/**
 * Compiles a CEL expression. Names are not checked here: `references` says what it reads.
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
  const { type, run } = compile(ast);
  const roots = [...new Set(references.map(({ root }) => root))];
  return {
    source,
    references,
    ...(type && { type }),
    evaluate: (scope, { meter } = new Evaluation()) => evaluate(run, roots, scope, meter),
  };
}

/** Stands for an expression that does not compile, where everything else is still read. Evaluating it throws the error. */
export function refusedExpression(source: string, error: IceError): Expression {
  return {
    source,
    references: [],
    evaluate() {
      throw error;
    },
  };
}

type Program = ReturnType<Language["compile"]>;

/** Made at the first use: importing this module does nothing. It keeps no data of expressions. */
const holder: { language?: Language } = {};
const language = (): Language => (holder.language ??= createLanguage());

function parse(source: string): ASTNode {
  try {
    return language().parse(source);
  } catch (error) {
    throw syntaxError(source, error);
  }
}

function compile(ast: ASTNode): Program {
  try {
    return language().compile(ast);
  } catch (error) {
    throw invalid(
      { start: 0, input: ast.input },
      `The expression can never be evaluated: ${summaryOf(error)}`,
      "check the types of its parts",
      error,
    );
  }
}

function evaluate(run: Program["run"], roots: readonly string[], scope: ExpressionScope, meter: Meter): Json {
  const context = Object.create(null) as Record<string, unknown>;
  for (const root of roots) {
    const value = scope.get(root);
    if (value !== undefined) context[root] = value;
  }
  meter.begin();
  try {
    const value = run(context, meter);
    if (meter.refusal !== undefined) throw meter.refusal;
    return toJsonResult(value, meter);
  } catch (error) {
    if (meter.refusal !== undefined) throw meter.refusal;
    throw IceError.is(error) ? error : evaluationError(error);
  }
}

/** A plain path needs no interpreter; it hands over the value itself. */
function readPath({ root, path }: Reference, scope: ExpressionScope): Json {
  let value = scope.get(root);
  if (value === undefined) throw missingRoot(root);
  for (let depth = 0; depth < path.length; depth += 1) {
    const key = path[depth]!;
    const next = memberOf(value, key);
    if (next === undefined)
      throw root === "nodes" && depth === 0
        ? missingRoot(String(key))
        : missingKey(written(root, path.slice(0, depth + 1)));
    value = next;
  }
  return value;
}

function memberOf(value: Json, key: string | number): Json | undefined {
  if (Array.isArray(value)) return typeof key === "number" ? (value[key] as Json | undefined) : undefined;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as { readonly [key: string]: Json })[key];
}

function written(root: string, path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === "number" || !/^[A-Za-z_]\w*$/.test(key) ? `${text}[${JSON.stringify(key)}]` : `${text}.${key}`,
    root,
  );
}

interface CelError {
  readonly code?: string;
  readonly summary?: string;
  readonly node?: ASTNode;
}

function evaluationError(error: unknown): IceError {
  const { code, node } = (typeof error === "object" && error !== null ? error : {}) as CelError;
  if (code === "unknown_variable" && node?.op === "id") return missingRoot(node.args);
  if (code === "no_such_key" && node !== undefined) {
    const path = described(node);
    const ofNodes = /^nodes\.([A-Za-z_]\w*)$/.exec(path);
    return ofNodes === null ? missingKey(path) : missingRoot(ofNodes[1]!);
  }
  return expressionFailed(
    `The expression failed: ${summaryOf(error)}.`,
    "check the types of what it reads; convert with string(x), double(x), int(x)",
    error,
  );
}

/** A path as its author wrote it, from the syntax tree of the rewritten expression. */
function described(node: ASTNode): string {
  if (node.op === "id") return node.args;
  if (node.op === "." || node.op === ".?") return `${described(node.args[0])}.${node.args[1]}`;
  if (node.op === "[]" || node.op === "[?]") return `${described(node.args[0])}[${described(node.args[1])}]`;
  if (node.op === "value") return typeof node.args === "string" ? JSON.stringify(node.args) : String(node.args);
  if (node.op === "call" && node.args[0].startsWith("ice_")) return described(node.args[1][0]!);
  return "(…)";
}

/** CEL's own words, without its wrappers and our guards. */
function summaryOf(error: unknown): string {
  const { summary } = (typeof error === "object" && error !== null ? error : {}) as CelError;
  return (summary ?? messageOf(error)).replaceAll(/dyn<([^<>]*)>/g, "$1").replaceAll(/ice_(\w+)/g, "$1");
}

function syntaxError(source: string, error: unknown): IceError {
  const { code, node } = (typeof error === "object" && error !== null ? error : {}) as CelError;
  if (code?.includes("limit") === true || /exceeded|maximum/i.test(messageOf(error)))
    return new IceError("ICE_EXPRESSION_LIMIT", `The expression is too large: ${summaryOf(error)}.`, {
      fix: "split it over several nodes, or use a tool",
      cause: error,
    });
  const start = Math.min(node?.start ?? 0, source.length);
  return invalid(
    { start, input: source },
    `The expression does not parse: ${summaryOf(error)}`,
    "correct the expression; strings need quotes",
    error,
  );
}
