import { isPlainObject, type JsonObject } from "../json/json.ts";
import { resolveReference } from "./resolve-reference.ts";

/** Whether a value that matches a schema can have something at a path. */
export type PathVerdict =
  | { readonly allowed: true }
  /** `at`: index of the part that cannot be there; `known`: the names that can. */
  | { readonly allowed: false; readonly at: number; readonly known: readonly string[] };

const yes: PathVerdict = { allowed: true };

/** Follows a path through a schema. Says no only when the schema rules the path out: a closed object, or a scalar below it. */
export function schemaAllowsPath(schema: JsonObject, path: readonly (string | number)[]): PathVerdict {
  return follow(schema, schema, path, 0, 0);
}

function follow(
  schema: JsonObject,
  root: JsonObject,
  path: readonly (string | number)[],
  at: number,
  hops: number,
): PathVerdict {
  if (at >= path.length || hops > 64) return yes;
  const next = (child: JsonObject): PathVerdict => follow(child, root, path, at, hops + 1);
  const { $ref, allOf, anyOf, oneOf } = schema;
  if (typeof $ref === "string") {
    const target = resolveReference(root, $ref);
    const verdict = target === undefined ? yes : next(target);
    if (!verdict.allowed) return verdict;
  }
  for (const child of (allOf ?? []) as JsonObject[]) {
    const verdict = next(child);
    if (!verdict.allowed) return verdict;
  }
  for (const alternatives of [anyOf, oneOf] as (JsonObject[] | undefined)[]) {
    if (alternatives === undefined) continue;
    const verdicts = alternatives.map(next);
    if (verdicts.every(({ allowed }) => !allowed)) return verdicts[0]!;
  }
  return followOwn(schema, root, path, at, hops);
}

function followOwn(
  schema: JsonObject,
  root: JsonObject,
  path: readonly (string | number)[],
  at: number,
  hops: number,
): PathVerdict {
  const types = schema["type"] === undefined ? undefined : ([] as unknown[]).concat(schema["type"]);
  const key = path[at]!;
  if (types === undefined) return yes;
  if (typeof key === "number") {
    if (!types.includes("array") && !types.includes("object")) return { allowed: false, at, known: [] };
    return isPlainObject(schema["items"]) ? follow(schema["items"], root, path, at + 1, hops + 1) : yes;
  }
  if (!types.includes("object")) return { allowed: false, at, known: [] };
  const properties = (schema["properties"] ?? {}) as Record<string, JsonObject>;
  if (Object.hasOwn(properties, key)) return follow(properties[key]!, root, path, at + 1, hops + 1);
  const others = schema["additionalProperties"];
  if (others === false) return { allowed: false, at, known: Object.keys(properties) };
  return isPlainObject(others) ? follow(others, root, path, at + 1, hops + 1) : yes;
}
