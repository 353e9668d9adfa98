import { IceError } from "../errors/ice-error.ts";
import { jsonLength } from "../json/json-length.ts";
import type { Json } from "../json/json.ts";
import { compileExpression, refusedExpression } from "./compile-expression.ts";
import { Evaluation } from "./evaluation.ts";
import type { Expression } from "./expression.ts";
import { expressionLimits } from "./limits.ts";
import type { ExpressionScope } from "./scope.ts";

/** A compiled string with `{{ expressions }}`. */
export interface Template {
  readonly source: string;
  /** With the offset of each expression's source in the text. */
  readonly expressions: readonly { readonly expression: Expression; readonly offset: number }[];
  /**
   * Exactly one expression and nothing else keeps its type; otherwise strings are inserted as they are, everything else as
   * compact JSON. The result is data: it is never evaluated again.
   */
  evaluate(scope: ExpressionScope): Json;
  /** Builds the result from the values of its expressions, in order, starting at index `from`. */
  assemble(values: readonly Json[], from?: number): Json;
}

/**
 * Compiles a text; undefined if it contains no `{{`.
 *
 * @param onError - called for each expression that does not compile. Default: throws the first error.
 * @throws IceError `ICE_EXPRESSION_INVALID` (`details.column` in the text, from 1), `ICE_EXPRESSION_LIMIT`.
 */
export function compileTemplate(source: string, onError: OnError = throwIt): Template | undefined {
  if (!source.includes("{{")) return undefined;
  const parts = splitTemplate(source);
  const expressions = expressionsIn(parts).map((part) => ({
    expression: compilePart(part, onError),
    offset: part.offset,
  }));
  const assemble = assembler(parts);
  return {
    source,
    expressions,
    evaluate(scope) {
      const evaluation = new Evaluation();
      return assemble(expressions.map(({ expression }) => expression.evaluate(scope, evaluation)));
    },
    assemble,
  };
}

/** An expression in a text, before it is compiled. */
export interface ExpressionPart {
  readonly text: string;
  /** Of its source in the text. */
  readonly offset: number;
  /** True if it is not closed: then it is the rest of the text. */
  readonly notClosed?: IceError;
}
export type TemplatePart = string | ExpressionPart;

export const expressionsIn = (parts: readonly TemplatePart[]): readonly ExpressionPart[] =>
  parts.filter((part) => typeof part !== "string");

/** Builds a text from the values of its expressions, in order, starting at index `from`. */
export function assembler(parts: readonly TemplatePart[]): Template["assemble"] {
  return parts.length === 1 && typeof parts[0] !== "string"
    ? (values, from = 0) => values[from]!
    : (values, from = 0) => interpolate(parts, values, from);
}

/**
 * Called with the error of an expression that does not compile. If it returns, evaluating the expression throws the same error.
 */
export type OnError = (error: IceError) => void;

const throwIt: OnError = (error) => {
  throw error;
};

/** Splits a text into its parts without compiling them, in linear time. */
export function splitTemplate(source: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf("{{", at);
    if (open < 0) break;
    if (open > at) parts.push(source.slice(at, open));
    const close = endOfExpression(source, open + 2);
    if (close === undefined)
      return [...parts, { text: source.slice(open), offset: open, notClosed: notClosed(source, open) }];
    const inner = source.slice(open + 2, close);
    parts.push({ text: inner.trim(), offset: open + 2 + (inner.length - inner.trimStart().length) });
    at = close + 2;
  }
  if (at < source.length) parts.push(source.slice(at));
  return parts;
}

export function compilePart({ text, offset, notClosed: open }: ExpressionPart, onError: OnError): Expression {
  if (open !== undefined) {
    onError(open);
    return refusedExpression(text, open);
  }
  try {
    return compileExpression(text);
  } catch (error) {
    if (!IceError.is(error)) throw error;
    const column = typeof error.details["column"] === "number" ? error.details["column"] + offset : offset + 1;
    const placed = new IceError(error.code, error.message, {
      fix: error.fix ?? "correct the expression",
      details: { column },
      cause: error,
    });
    onError(placed);
    return refusedExpression(text, placed);
  }
}

/** Position of the first `}}` outside string literals and outside the expression's own brackets; undefined when there is none. */
function endOfExpression(source: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < source.length; at += 1) {
    const character = source[at]!;
    if (character === '"' || character === "'") {
      at = endOfString(source, at);
    } else if ("([{".includes(character)) depth += 1;
    else if (character === "}" && depth === 0 && source[at + 1] === "}") return at;
    else if (")]}".includes(character) && depth > 0) depth -= 1;
  }
  return undefined;
}

/** @param open - position of the `{{`. */
function notClosed(source: string, open: number): IceError {
  const column = open + 1;
  const bracket = openBracket(source, open + 2);
  if (bracket !== undefined)
    return new IceError("ICE_EXPRESSION_INVALID", `A \`${bracket.opens}\` is not closed (column ${bracket.at + 1}).`, {
      fix: `close it with \`${bracket.closes}\` before the \`}}\``,
      details: { column },
    });
  return new IceError("ICE_EXPRESSION_INVALID", `A \`{{\` is not closed (column ${column}).`, {
    fix: 'close it with `}}`; for literal braces write {{ "{{" }}',
    details: { column },
  });
}

/** The last `(` or `[` that is open at the next `}}` outside string literals; undefined when there is none. */
function openBracket(source: string, from: number) {
  const opened: number[] = [];
  for (let at = from; at < source.length; at += 1) {
    const character = source[at]!;
    if (character === '"' || character === "'") at = endOfString(source, at);
    else if ("([".includes(character)) opened.push(at);
    else if (")]".includes(character)) opened.pop();
    else if (character === "}" && source[at + 1] === "}") {
      const last = opened.at(-1);
      return last === undefined
        ? undefined
        : { at: last, opens: source[last]!, closes: source[last] === "(" ? ")" : "]" };
    }
  }
  return undefined;
}

/** Position of the last quote of the string literal that starts at `at`; the end of the text when it is not closed. */
function endOfString(source: string, at: number): number {
  const quote = source[at]!;
  const raw = /(?:^|[^A-Za-z0-9_])(?:[rR][bB]?|[bB][rR])$/.test(source.slice(Math.max(0, at - 3), at));
  const mark = source.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
  for (let next = at + mark.length; next < source.length; next += 1) {
    if (source[next] === "\\" && !raw) next += 1;
    else if (source.startsWith(mark, next)) return next + mark.length - 1;
  }
  return source.length;
}

function interpolate(parts: readonly TemplatePart[], values: readonly Json[], from: number): string {
  let text = "";
  let next = from;
  for (const part of parts) {
    const value = typeof part === "string" ? part : values[next++]!;
    // Measured before it is written: a value may contain the same large part many times.
    const length = typeof value === "string" ? value.length : jsonLength(value, expressionLimits.builtLength);
    if (text.length + length > expressionLimits.builtLength)
      throw new IceError(
        "ICE_EXPRESSION_LIMIT",
        `A template returns more than ${expressionLimits.builtLength} characters.`,
        { fix: "pass large values with a template that consists of one expression" },
      );
    text += typeof value === "string" ? value : JSON.stringify(value);
  }
  return text;
}
