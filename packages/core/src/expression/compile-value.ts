import { IceError } from "../errors/ice-error.ts";
import { deepFreeze } from "../json/deep-freeze.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { checkOutputLength } from "../json/output-limit.ts";
import { finish, type Steps } from "../time/steps.ts";
import { Evaluation } from "./evaluation.ts";
import type { Expression, ExpressionScope } from "./scope.ts";
import { compileTemplateInSteps } from "./template.ts";

/** A JSON value whose strings may be templates, at any depth; keys never are. */
export interface CompiledValue {
  /** True when there is no template in it: `value` is the result. */
  readonly constant: boolean;
  /** The source, deep-frozen. */
  readonly value: Json;
  /** Every expression with the place of its string in the value. */
  readonly expressions: readonly { readonly expression: Expression; readonly path: readonly (string | number)[] }[];
  /**
   * Parts without templates are shared, not copied; what is built is frozen.
   *
   * @throws IceError `ICE_EXPRESSION_FAILED`, `ICE_EXPRESSION_LIMIT`, `ICE_OUTPUT_LIMIT`.
   */
  evaluate(scope: ExpressionScope, evaluation?: Evaluation): Json;
  /** The same in pauses, with others: at once while the time slice lasts, else a promise; see `Evaluation`. */
  evaluateIn(scope: ExpressionScope, evaluation: Evaluation): Json | Promise<Json>;
}

/** Builds a part from the values of all expressions of the whole, in their order. */
type Assemble = (values: readonly Json[]) => Json;

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
export function compileValue(source: Json, refuse?: RefuseAt): CompiledValue {
  return finish(compileValueInSteps(source, refuse));
}

/** The same, with pauses. */
export function* compileValueInSteps(source: Json, refuse: RefuseAt = throwIt): Steps<CompiledValue> {
  const value = deepFreeze(source);
  const places: CompiledValue["expressions"][number][] = [];
  const assemble = yield* compilePart(value, [], { found: places, refuse, parts: 0 });
  const expressions = places.map(({ expression }) => expression);
  const build = (values: readonly Json[], { outputBytes }: Evaluation): Json => {
    if (assemble === undefined) return value;
    const built = assemble(values);
    // What one template hands over was measured where it was made; a value that holds several may multiply it.
    if (typeof value !== "string") checkOutputLength(built, outputBytes, "what the templates of a field give");
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
      return values instanceof Promise ? values.then((later) => build(later, evaluation)) : build(values, evaluation);
    },
  };
}

interface Compiling {
  readonly found: CompiledValue["expressions"][number][];
  readonly refuse: RefuseAt;
  parts: number;
}

/** About 50 µs. */
const partsBetweenPauses = 200;

/** Undefined for a part without templates. */
function* compilePart(
  value: Json,
  path: readonly (string | number)[],
  compiling: Compiling,
): Steps<Assemble | undefined> {
  if (typeof value === "string") return yield* compileString(value, path, compiling);
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    const list: readonly Json[] = value;
    const parts: (Assemble | undefined)[] = [];
    for (const [index, entry] of list.entries()) {
      if ((compiling.parts += 1) % partsBetweenPauses === 0) yield;
      parts.push(isPlain(entry) ? undefined : yield* compilePart(entry, [...path, index], compiling));
    }
    if (parts.every((part) => part === undefined)) return undefined;
    return (values) =>
      Object.freeze(
        list.map((entry, index) => {
          const part = parts[index];
          return part === undefined ? entry : part(values);
        }),
      );
  }
  const parts: (readonly [key: string, entry: Json, part: Assemble | undefined])[] = [];
  for (const [key, entry] of Object.entries(value as JsonObject)) {
    if ((compiling.parts += 1) % partsBetweenPauses === 0) yield;
    parts.push([key, entry, isPlain(entry) ? undefined : yield* compilePart(entry, [...path, key], compiling)]);
  }
  if (parts.every(([, , part]) => part === undefined)) return undefined;
  return (values) => {
    const result: Record<string, Json> = {};
    for (const [key, entry, part] of parts) result[key] = part === undefined ? entry : part(values);
    return Object.freeze(result);
  };
}

/** Whether nothing can be in a value that is evaluated. */
const isPlain = (value: Json): boolean =>
  typeof value === "string" ? !value.includes("{{") : typeof value !== "object" || value === null;

function* compileString(
  source: string,
  path: readonly (string | number)[],
  { found, refuse }: Compiling,
): Steps<Assemble | undefined> {
  const template = yield* compileTemplateInSteps(source, (error) => refuse(error, path));
  if (template === undefined) return undefined;
  const from = found.length;
  for (const { expression } of template.expressions) found.push({ expression, path });
  return (values) => template.assemble(values, from);
}
