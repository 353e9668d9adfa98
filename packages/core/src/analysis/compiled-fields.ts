import { Evaluation } from "../expression/evaluation.ts";
import type { ExpressionScope } from "../expression/scope.ts";
import type { Keys } from "../json/json-pointer.ts";
import type { Json } from "../json/json.ts";
import type { AnalyzedNode, CompiledField } from "./analyzed-blueprint.ts";
import type { DraftNode } from "./draft-node.ts";

/** A value inside a field. */
interface Part {
  readonly keys: Keys;
  readonly field: CompiledField;
}

/** The fields of a node as the engine evaluates them: eager values inside a field form one field, lazy ones are separate. */
export function compiledFields({ node, fields }: Pick<DraftNode, "node" | "fields">): AnalyzedNode["fields"] {
  if (fields.size === 0) return noFields;
  const compiled = new Map<string, CompiledField>();
  const inside: Part[] = [];
  for (const [name, { field, keys }] of fields)
    if (keys === undefined || field.phase === "lazy") compiled.set(name, field);
    else inside.push({ keys, field });
  if (inside.length > 0)
    for (const [root, parts] of Map.groupBy(inside, ({ keys }) => String(keys[0])))
      compiled.set(root, wholeOf(node[root] as Json, parts));
  return compiled;
}

const noFields: AnalyzedNode["fields"] = new Map();

/** A field in which only some values are evaluated. */
function wholeOf(value: Json, parts: readonly Part[]): CompiledField {
  const places = placesOf(parts);
  const build = (values: readonly Json[]): Json => withValues(value, places, values);
  return {
    phase: "eager",
    constant: parts.every(({ field }) => field.constant),
    value,
    expressions: parts.flatMap(({ field }) => field.expressions),
    evaluate: (scope, evaluation = new Evaluation()) =>
      build(parts.map(({ field }) => field.evaluate(scope, evaluation))),
    evaluateIn: (scope, evaluation) => evaluateParts(parts, scope, evaluation, build),
  };
}

/** In order: synchronous within the time slice, otherwise a promise. */
function evaluateParts(
  parts: readonly Part[],
  scope: ExpressionScope,
  evaluation: Evaluation,
  build: (values: readonly Json[]) => Json,
): Json | Promise<Json> {
  const values: Json[] = [];
  const goOn = (): Json | Promise<Json> => {
    while (values.length < parts.length) {
      const value = parts[values.length]!.field.evaluateIn(scope, evaluation);
      if (value instanceof Promise)
        return value.then((later) => {
          values.push(later);
          return goOn();
        });
      values.push(value);
    }
    return build(values);
  };
  return goOn();
}

/** Number of the part at this position, or the parts below by key. */
type Places = number | Map<string | number, Places>;

function placesOf(parts: readonly Part[]): Places {
  const top = new Map<string | number, Places>();
  for (const [index, { keys }] of parts.entries()) {
    let at = top;
    for (const key of keys.slice(1, -1)) {
      if (!at.has(key)) at.set(key, new Map());
      at = at.get(key) as Map<string | number, Places>;
    }
    at.set(keys.at(-1)!, index);
  }
  return top;
}

/** A frozen copy of the containers of parts; everything else is shared. */
function withValues(value: Json, places: Places, values: readonly Json[]): Json {
  if (typeof places === "number") return values[places]!;
  const copy = (Array.isArray(value) ? [...(value as readonly Json[])] : { ...(value as object) }) as Record<
    string | number,
    Json
  >;
  for (const [key, inside] of places) copy[key] = withValues(copy[key]!, inside, values);
  return Object.freeze(copy) as Json;
}
