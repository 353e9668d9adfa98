import { IceError } from "../errors/ice-error.ts";
import { deepFreeze } from "../json/deep-freeze.ts";
import type { Json, JsonObject } from "../json/json.ts";
import type { Expression, ExpressionScope } from "./scope.ts";
import { compileTemplate } from "./template.ts";

/** A JSON value whose strings may be templates, at any depth; keys never are. */
export interface CompiledValue {
  /** True when there is no template in it: `value` is the result. */
  readonly constant: boolean;
  /** The source, deep-frozen. */
  readonly value: Json;
  /** Every expression with the place of its string in the value. */
  readonly expressions: readonly { readonly expression: Expression; readonly path: readonly (string | number)[] }[];
  /** Parts without templates are shared, not copied; what is built is frozen. */
  evaluate(scope: ExpressionScope): Json;
}

type Evaluate = (scope: ExpressionScope) => Json;

/** Is told of an expression that does not compile, and of its place in the value; see `Refuse`. */
export type RefuseAt = (error: IceError, path: readonly (string | number)[]) => void;

const throwIt: RefuseAt = (error, path) => {
  throw new IceError(error.code, error.message, {
    ...(error.fix && { fix: error.fix }),
    details: { ...error.details, path },
    cause: error,
  });
};

/**
 * Compiles the templates of a value. The value was checked to be JSON of bounded depth before.
 *
 * @param refuse - what is done about each expression that does not compile. Default: the first is thrown.
 * @throws IceError like `compileTemplate`, with `details.path` = the place in the value.
 */
export function compileValue(source: Json, refuse: RefuseAt = throwIt): CompiledValue {
  const value = deepFreeze(source);
  const expressions: CompiledValue["expressions"][number][] = [];
  const evaluate = compilePart(value, [], expressions, refuse);
  return { constant: evaluate === undefined, value, expressions, evaluate: evaluate ?? (() => value) };
}

/** Undefined for a part without templates. */
function compilePart(
  value: Json,
  path: readonly (string | number)[],
  found: CompiledValue["expressions"][number][],
  refuse: RefuseAt,
): Evaluate | undefined {
  if (typeof value === "string") return compileString(value, path, found, refuse);
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    const parts = value.map((entry: Json, index) => compilePart(entry, [...path, index], found, refuse));
    if (parts.every((part) => part === undefined)) return undefined;
    return (scope) => Object.freeze(value.map((entry: Json, index) => parts[index]?.(scope) ?? entry));
  }
  const parts = Object.entries(value as JsonObject).map(
    ([key, entry]) => [key, entry, compilePart(entry, [...path, key], found, refuse)] as const,
  );
  if (parts.every(([, , part]) => part === undefined)) return undefined;
  return (scope) => {
    const result: Record<string, Json> = {};
    for (const [key, entry, part] of parts) result[key] = part === undefined ? entry : part(scope);
    return Object.freeze(result);
  };
}

function compileString(
  source: string,
  path: readonly (string | number)[],
  found: CompiledValue["expressions"][number][],
  refuse: RefuseAt,
): Evaluate | undefined {
  const template = compileTemplate(source, (error) => refuse(error, path));
  if (template === undefined) return undefined;
  for (const { expression } of template.expressions) found.push({ expression, path });
  return (scope) => template.evaluate(scope);
}
