import { IceError } from "../errors/ice-error.ts";
import { deepFreeze } from "../json/deep-freeze.ts";
import type { Keys } from "../json/json-pointer.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { checkOutputLength } from "../json/output-limit.ts";
import { andThen } from "../time/steps.ts";
import { Evaluation } from "./evaluation.ts";
import type { Expression } from "./expression.ts";
import { mayBeForeign } from "./foreign.ts";
import type { ExpressionScope } from "./scope.ts";
import { assembler, compilePart, expressionsIn, splitTemplate, type ExpressionPart } from "./template.ts";

/** A JSON value whose strings may be templates, at any depth; keys are not. */
export interface CompiledValue {
  /** True if it contains no template: `value` is the result. */
  readonly constant: boolean;
  /** The source, deep-frozen. */
  readonly value: Json;
  /** Every expression, with the keys that lead to its string. */
  readonly expressions: readonly { readonly expression: Expression; readonly keys: Keys }[];
  /**
   * Parts without templates are shared, not copied; what is built is frozen.
   *
   * @throws IceError `ICE_EXPRESSION_FAILED`, `ICE_EXPRESSION_LIMIT`, `ICE_OUTPUT_LIMIT`.
   */
  evaluate(scope: ExpressionScope, evaluation?: Evaluation): Json;
  /** The same in pauses, together with others: synchronous within the time slice, otherwise a promise; see `Evaluation`. */
  evaluateIn(scope: ExpressionScope, evaluation: Evaluation): Json | Promise<Json>;
}

/** Builds a part from the values of all expressions of the whole, in their order. */
type Assemble = (values: readonly Json[]) => Json;

/** Called with the error of an expression that does not compile, and its keys in the value; see `OnError`. */
export type OnErrorAt = (error: IceError, keys: Keys) => void;

const throwIt: OnErrorAt = (error, keys) => {
  throw new IceError(error.code, error.message, {
    fix: error.fix,
    details: { ...error.details, path: keys },
    cause: error,
  });
};

/**
 * Compiles the templates of a value. The value must have been checked to be JSON of bounded depth.
 *
 * @param onError - called for each expression that does not compile. Default: throws the first error.
 * @throws IceError like `compileTemplate`, with `details.path` = the place in the value.
 */
export function compileValue(source: Json, onError: OnErrorAt = throwIt): CompiledValue {
  const { expressions, build } = layOutValue(source, onError);
  return build(expressions.map((compile) => compile()));
}

/** Expressions are compiled one by one and then combined, because a value may contain 100,000. */
export interface LaidOut<T> {
  readonly expressions: readonly (() => CompiledValue["expressions"][number])[];
  /** Strings that may be templates of another language, with their keys in the value. */
  readonly foreign: readonly ForeignText[];
  /** @param places - the compiled expressions, in their order. */
  build(places: CompiledValue["expressions"]): T;
}

export interface ForeignText {
  readonly text: string;
  readonly keys: Keys;
}

/** Finds the expressions in a value, without compiling them. */
export function layOutValue(source: Json, onError: OnErrorAt): LaidOut<CompiledValue> {
  const value = deepFreeze(source);
  const found: FoundExpression[] = [];
  const foreign: ForeignText[] = [];
  const assemble = layOut(value, { expressions: found, foreign, keys: [] });
  return {
    foreign,
    expressions: found.map(({ part, keys }) => () => ({
      expression: compilePart(part, (error) => onError(error, keys)),
      keys,
    })),
    build: (places) => valueOf(value, assemble, places),
  };
}

function valueOf(value: Json, assemble: Assemble | undefined, places: CompiledValue["expressions"]): CompiledValue {
  const expressions = places.map(({ expression }) => expression);
  const build = (values: readonly Json[], { outputBytes }: Evaluation): Json => {
    if (assemble === undefined) return value;
    const built = assemble(values);
    // The result of each template was measured when it was created; a value with several may multiply it.
    if (typeof value !== "string") checkOutputLength(built, outputBytes, "the value of the templates of a field");
    return built;
  };
  return {
    constant: assemble === undefined,
    value,
    expressions: places,
    evaluate(scope, evaluation = new Evaluation()) {
      return build(
        expressions.map((expression) => expression.evaluate(scope, evaluation)),
        evaluation,
      );
    },
    evaluateIn(scope, evaluation) {
      const values = evaluation.all(expressions, scope);
      return andThen(values, (ready) => build(ready, evaluation));
    },
  };
}

interface FoundExpression {
  readonly part: ExpressionPart;
  /** Of its text in the value. */
  readonly keys: Keys;
}

interface Found {
  readonly expressions: FoundExpression[];
  readonly foreign: ForeignText[];
  /** Keys of the current part: one list for all parts, because most contain no string and need none. */
  readonly keys: (string | number)[];
}

/** Finds the expressions in a part of a value; undefined for one without templates. */
function layOut(value: Json, found: Found): Assemble | undefined {
  if (typeof value === "string") return layOutString(value, found);
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    // Created at the first entry with a template, because a list of data may be long.
    const parts: Assemble[] = [];
    for (const [index, entry] of (value as readonly Json[]).entries()) {
      const part = layOutAt(index, entry, found);
      if (part !== undefined) parts[index] = part;
    }
    if (parts.length === 0) return undefined;
    return (values) =>
      Object.freeze(
        value.map((entry: Json, index) => {
          const part = parts[index];
          return part === undefined ? entry : part(values);
        }),
      );
  }
  const object = value as JsonObject;
  const keys = Object.keys(object);
  // As for a list.
  const parts: Assemble[] = [];
  for (const [index, key] of keys.entries()) {
    const part = layOutAt(key, object[key]!, found);
    if (part !== undefined) parts[index] = part;
  }
  if (parts.length === 0) return undefined;
  return (values) => {
    const result: Record<string, Json> = {};
    for (const [index, key] of keys.entries()) {
      const part = parts[index];
      result[key] = part === undefined ? object[key]! : part(values);
    }
    return Object.freeze(result);
  };
}

function layOutAt(key: string | number, entry: Json, found: Found): Assemble | undefined {
  found.keys.push(key);
  const assemble = layOut(entry, found);
  found.keys.pop();
  return assemble;
}

function layOutString(source: string, found: Found): Assemble | undefined {
  const isForeign = mayBeForeign(source);
  const isTemplate = source.includes("{{");
  if (!isForeign && !isTemplate) return undefined;
  const keys = [...found.keys];
  if (isForeign) found.foreign.push({ text: source, keys });
  if (!isTemplate) return undefined;
  const parts = splitTemplate(source);
  const assemble = assembler(parts);
  const from = found.expressions.length;
  for (const part of expressionsIn(parts)) found.expressions.push({ part, keys });
  return (values) => assemble(values, from);
}
