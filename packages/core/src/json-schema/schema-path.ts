import type { Keys } from "../json/json-pointer.ts";
import { isPlainObject, type JsonObject } from "../json/json.ts";
import { resolveReference } from "./resolve-reference.ts";

/** Whether a value that matches a schema can have something at a path. */
export type PathVerdict =
  | { readonly allowed: true }
  /** `at`: index of the part that cannot exist; `known`: returns the names that can. */
  | { readonly allowed: false; readonly at: number; readonly known: () => readonly string[] };

const yes: PathVerdict = { allowed: true };

/** Maximum number of schemas visited per look-up; beyond it, everything is allowed. */
const maxChecks = 1000;

/** Follows a path through a schema. Returns false only if the schema rules the path out: by a closed object, or a scalar on the path. */
export function schemaAllowsPath(schema: JsonObject, keys: Keys): PathVerdict {
  return new PathWalk(schema, keys).follow(schema, 0);
}

class PathWalk {
  readonly #root: JsonObject;
  readonly #keys: Keys;
  readonly #known = new Map<JsonObject, PathVerdict[]>();
  #checks = 0;

  constructor(root: JsonObject, keys: Keys) {
    this.#root = root;
    this.#keys = keys;
  }

  /** @param at - index of the part of the path that is looked up in `schema`. */
  follow(schema: JsonObject, at: number): PathVerdict {
    if (at >= this.#keys.length) return yes;
    const known = this.#known.get(schema)?.[at];
    if (known !== undefined) return known;
    if ((this.#checks += 1) > maxChecks) return yes;
    const verdicts = this.#known.get(schema) ?? [];
    this.#known.set(schema, verdicts);
    verdicts[at] = yes; // while it is being visited, and if it leads back to itself
    return (verdicts[at] = this.#check(schema, at));
  }

  #check(schema: JsonObject, at: number): PathVerdict {
    const { $ref, allOf, anyOf, oneOf } = schema;
    const target = typeof $ref === "string" ? resolveReference(this.#root, $ref) : undefined;
    for (const child of [...(target === undefined ? [] : [target]), ...((allOf ?? []) as JsonObject[])]) {
      const verdict = this.follow(child, at);
      if (!verdict.allowed) return verdict;
    }
    for (const alternatives of [anyOf, oneOf] as (JsonObject[] | undefined)[]) {
      let first: PathVerdict | undefined;
      const ruledOut = alternatives?.every((child) => {
        const verdict = this.follow(child, at);
        first ??= verdict;
        return !verdict.allowed;
      });
      if (ruledOut === true && first !== undefined) return first;
    }
    return this.#checkParts(schema, at);
  }

  #checkParts(schema: JsonObject, at: number): PathVerdict {
    const types = schema["type"] === undefined ? undefined : ([] as unknown[]).concat(schema["type"]);
    const key = this.#keys[at]!;
    if (types === undefined) return yes;
    if (typeof key === "number") {
      if (!types.includes("array") && !types.includes("object")) return { allowed: false, at, known: () => [] };
      return isPlainObject(schema["items"]) ? this.follow(schema["items"], at + 1) : yes;
    }
    if (!types.includes("object")) return { allowed: false, at, known: () => [] };
    const properties = (schema["properties"] ?? {}) as Record<string, JsonObject>;
    if (Object.hasOwn(properties, key)) return this.follow(properties[key]!, at + 1);
    const others = schema["additionalProperties"];
    if (others === false) return { allowed: false, at, known: () => Object.keys(properties) };
    return isPlainObject(others) ? this.follow(others, at + 1) : yes;
  }
}
