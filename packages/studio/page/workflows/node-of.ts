import type { Json, JsonObject } from "../api/types.ts";

/** The node of a blueprint at a path of its graph: `parts.fetch`. Undefined for one that stands in another file. */
export function nodeOf(blueprint: Json, path: string): JsonObject | undefined {
  let found: JsonObject | undefined;
  let inside: Json = blueprint;
  for (const id of path.split(".")) {
    found = within(inside, id);
    if (found === undefined) return undefined;
    // Its own id is no node in it.
    inside = Object.values(found);
  }
  return found;
}

/** The first object with this id, those that stand higher first. */
function within(value: Json, id: string): JsonObject | undefined {
  let level: readonly Json[] = [value];
  while (level.length > 0) {
    for (const one of level) if (isObject(one) && one["id"] === id) return one;
    // What has another id is a node, and what is in it has a longer path.
    level = level.flatMap((one): readonly Json[] => {
      if (Array.isArray(one)) return one;
      return isObject(one) && typeof one["id"] !== "string" ? Object.values(one) : [];
    });
  }
  return undefined;
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
