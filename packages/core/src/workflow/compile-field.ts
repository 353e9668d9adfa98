import { compileExpression } from "../expression/compile-expression.ts";
import { compileValue } from "../expression/compile-value.ts";
import { expressionFailed } from "../expression/failure.ts";
import type { Expression, ExpressionScope } from "../expression/scope.ts";
import { deepFreeze } from "../json/deep-freeze.ts";
import { isPlainObject, type Json } from "../json/json.ts";
import type { FieldRule } from "../nodes/define-node.ts";
import type { CompiledField } from "./analyzed-blueprint.ts";

/** A compiled field with the place of each expression in it, for error messages. */
export interface PlacedField extends CompiledField {
  readonly places: readonly { readonly expression: Expression; readonly path: readonly (string | number)[] }[];
}

/** The rule of a field that is compiled. */
export type ReadRule = Exclude<FieldRule, { readonly syntax: "text" }>;

/**
 * Compiles the strings of one field as its rule says.
 *
 * @throws IceError `ICE_EXPRESSION_INVALID`, `ICE_EXPRESSION_LIMIT`; `details.path` is the place in the field's value.
 */
export function compileField(name: string, value: Json, rule: ReadRule): PlacedField {
  const { phase = "start", result } = rule;
  const compiled = rule.syntax === "template" ? compileValue(value) : compileSource(value);
  const { expressions: places, constant } = compiled;
  const evaluate =
    result === undefined
      ? compiled.evaluate
      : (scope: ExpressionScope): Json => checkResult(name, result, compiled.evaluate(scope), String(value));
  return {
    phase,
    constant,
    value: compiled.value,
    expressions: places.map(({ expression }) => expression),
    places,
    evaluate,
  };
}

/** A string of CEL, or a map of them. */
function compileSource(
  source: Json,
): Pick<PlacedField, "constant" | "value" | "evaluate"> & { readonly expressions: PlacedField["places"] } {
  const value = deepFreeze(source);
  if (!isPlainObject(value)) {
    const expression = compileExpression(String(value));
    return {
      constant: false,
      value,
      expressions: [{ expression, path: [] }],
      evaluate: (scope) => expression.evaluate(scope),
    };
  }
  const parts = Object.entries(value).map(([key, text]) => ({
    expression: compileExpression(String(text)),
    path: [key],
  }));
  const evaluate = (scope: ExpressionScope): Json => {
    const result: Record<string, Json> = {};
    for (const { expression, path } of parts) result[path[0]!] = expression.evaluate(scope);
    return Object.freeze(result);
  };
  return { constant: false, value, expressions: parts, evaluate };
}

function checkResult(name: string, wanted: "boolean" | "list", result: Json, source: string): Json {
  if (wanted === "boolean" ? typeof result === "boolean" : Array.isArray(result)) return result;
  const kind =
    result === null
      ? "null"
      : Array.isArray(result)
        ? "a list"
        : typeof result === "object"
          ? "a map"
          : `a ${typeof result}`;
  throw expressionFailed(
    `\`${name}\` must give a ${wanted}, but \`${source.slice(0, 80)}\` gives ${kind}.`,
    wanted === "boolean" ? "compare it with something: x > 0, x != null" : "name a list",
  );
}
