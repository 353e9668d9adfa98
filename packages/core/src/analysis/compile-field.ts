import { articled } from "../errors/articled.ts";
import { IceError } from "../errors/ice-error.ts";
import { compileExpression, refusedExpression } from "../expression/compile-expression.ts";
import {
  layOutValue,
  type CompiledValue,
  type ForeignText,
  type LaidOut,
  type OnErrorAt,
} from "../expression/compile-value.ts";
import { Evaluation } from "../expression/evaluation.ts";
import type { Expression } from "../expression/expression.ts";
import { expressionFailed } from "../expression/failure.ts";
import type { OnError } from "../expression/template.ts";
import { deepFreeze } from "../json/deep-freeze.ts";
import type { Keys } from "../json/json-pointer.ts";
import { isPlainObject, type Json } from "../json/json.ts";
import type { EvaluatedRule } from "../nodes/field-rule.ts";
import { andThen } from "../time/steps.ts";
import type { CompiledField } from "./analyzed-blueprint.ts";

/** A compiled field with the position of each expression in it, for error messages. */
export interface PlacedField extends CompiledField {
  readonly places: readonly { readonly expression: Expression; readonly keys: Keys }[];
  /** Strings that may be templates of another language. */
  readonly foreign: readonly ForeignText[];
}

/**
 * Finds the strings to compile in one field, according to its rule.
 *
 * @param onError - receives each expression that can never be evaluated or never return the type that the rule requires
 *   (`ICE_EXPRESSION_INVALID`, `ICE_EXPRESSION_LIMIT`), with its place in the field's value.
 */
export function layOutField(name: string, value: Json, rule: EvaluatedRule, onError: OnErrorAt): LaidOut<PlacedField> {
  const { expressions, foreign, build } =
    rule.syntax === "template" ? layOutValue(value, onError) : layOutSource(value, rule, onError);
  // Data is not converted to text: it may have its own `toString`.
  const source = typeof value === "string" ? value : name;
  return { expressions, foreign, build: (places) => ({ ...fieldOf(name, rule, build(places), source), foreign }) };
}

function fieldOf(
  name: string,
  { phase = "eager", result }: EvaluatedRule,
  compiled: CompiledValue,
  source: string,
): Omit<PlacedField, "foreign"> {
  const { expressions: places, constant } = compiled;
  const check = (given: Json): Json => (result === undefined ? given : checkResult(name, result, given, source));
  return {
    phase,
    constant,
    value: compiled.value,
    expressions: places.map(({ expression }) => expression),
    places,
    evaluate: (scope, evaluation) => check(compiled.evaluate(scope, evaluation)),
    evaluateIn(scope, evaluation) {
      const given = compiled.evaluateIn(scope, evaluation);
      return andThen(given, check);
    },
  };
}

/** A string of CEL, or a map of them. */
function layOutSource(source: Json, rule: EvaluatedRule, onError: OnErrorAt): LaidOut<CompiledValue> {
  const value = deepFreeze(source);
  const sources: readonly (readonly [keys: readonly string[], text: string])[] = isPlainObject(value)
    ? Object.entries(value).map(([key, text]) => [[key], String(text)])
    : [[[], String(value)]];
  return {
    expressions: sources.map(([keys, text]) => () => ({
      expression: compileOne(text, rule, (error) => onError(error, keys)),
      keys,
    })),
    foreign: [],
    build: (places) => sourceOf(value, places),
  };
}

function sourceOf(value: Json, places: CompiledValue["expressions"]): CompiledValue {
  const expressions = places.map(({ expression }) => expression);
  const assemble = (values: readonly Json[]): Json =>
    isPlainObject(value)
      ? Object.freeze(Object.fromEntries(places.map(({ keys }, index) => [keys[0]!, values[index]!])))
      : values[0]!;
  return {
    constant: false,
    value,
    expressions: places,
    evaluate(scope, evaluation = new Evaluation()) {
      return assemble(expressions.map((expression) => expression.evaluate(scope, evaluation)));
    },
    evaluateIn(scope, evaluation) {
      const values = evaluation.all(expressions, scope);
      return andThen(values, assemble);
    },
  };
}

function compileOne(source: string, { result }: EvaluatedRule, onError: OnError): Expression {
  let expression: Expression;
  try {
    expression = compileExpression(source);
  } catch (error) {
    if (!IceError.is(error)) throw error;
    onError(error);
    return refusedExpression(source, error);
  }
  if (result !== undefined && !mayGive(result, expression.type)) onError(neverGives(result, expression));
  return expression;
}

type Wanted = NonNullable<EvaluatedRule["result"]>;

/** Whether an expression of a CEL type can return the required type; undefined: the type depends on the data. */
function mayGive(wanted: Wanted, type: string | undefined): boolean {
  return type === undefined || (wanted === "boolean" ? type === "bool" : /^list\b/.test(type));
}

const remedies: Readonly<Record<Wanted, string>> = {
  boolean: "write a comparison: x > 0, x != null",
  list: "name a list",
};

function neverGives(wanted: Wanted, { source, type }: Expression): IceError {
  const message = `It must return ${articled(wanted)}, but \`${source.slice(0, 80)}\` always returns ${kinds[type!] ?? articled(type!)}.`;
  return new IceError("ICE_EXPRESSION_INVALID", message, { fix: remedies[wanted] });
}

/** The JSON names of CEL's types. */
const kinds: Readonly<Record<string, string>> = {
  int: "an integer",
  uint: "an integer",
  double: "a number",
  bool: "a boolean",
  null: "null",
};

function checkResult(name: string, wanted: Wanted, result: Json, source: string): Json {
  if (wanted === "boolean" ? typeof result === "boolean" : Array.isArray(result)) return result;
  const kind =
    result === null
      ? "null"
      : Array.isArray(result)
        ? "a list"
        : typeof result === "object"
          ? "a map"
          : articled(typeof result);
  throw expressionFailed(
    `\`${name}\` must return ${articled(wanted)}, but \`${source.slice(0, 80)}\` returned ${kind}.`,
    remedies[wanted],
  );
}
