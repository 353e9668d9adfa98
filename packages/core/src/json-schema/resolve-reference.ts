import { unescapeKey } from "../json/json-pointer.ts";
import { isPlainObject, type Json, type JsonObject } from "../json/json.ts";

/** The schema that a local `$ref` (`#`, `#/$defs/x`) refers to; undefined if there is none, or if it is outside the schema. */
export function resolveReference(root: JsonObject, reference: string): JsonObject | undefined {
  if (reference === "#") return root;
  if (!reference.startsWith("#/")) return undefined;
  let at: Json | undefined = root;
  for (const part of reference.slice(2).split("/")) {
    const key = unescapeKey(decoded(part));
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as { readonly [key: string]: Json })[key];
  }
  return isPlainObject(at) ? at : undefined;
}

/** A reference is a URI: its characters may be escaped with `%`. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // not an escape: the literal character
  }
}
