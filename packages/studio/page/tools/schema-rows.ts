import type { Json, JsonObject } from "../api/types.ts";

/** A field of a JSON Schema, as a row of a table. */
export interface SchemaRow {
  /** `options.retries`, `items[]`. */
  readonly path: string;
  readonly depth: number;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  readonly preset: Json | undefined;
}

const maxDepth = 3;
const maxRows = 200;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields of an object schema, with those inside them; at most 200. References into the schema are followed. */
export function schemaRows(schema: JsonObject): SchemaRow[] {
  const rows: SchemaRow[] = [];
  add(resolved(schema, schema), "", 0);
  return rows;

  function add(parent: JsonObject, path: string, depth: number): void {
    const properties = parent["properties"];
    if (!isObject(properties) || depth >= maxDepth) return;
    const required = Array.isArray(parent["required"]) ? parent["required"] : [];
    for (const [key, value] of Object.entries(properties)) {
      if (rows.length >= maxRows) return;
      const part = isObject(value) ? resolved(value, schema) : {};
      const items = isObject(part["items"]) ? resolved(part["items"], schema) : undefined;
      const own = path === "" ? key : `${path}.${key}`;
      rows.push({
        path: own,
        depth,
        type: typeOf(part, items),
        required: required.includes(key),
        description: typeof part["description"] === "string" ? part["description"] : "",
        preset: part["default"],
      });
      add(items ?? part, items === undefined ? own : `${own}[]`, depth + 1);
    }
  }
}

function resolved(part: JsonObject, root: JsonObject): JsonObject {
  const reference = part["$ref"];
  if (typeof reference !== "string" || !reference.startsWith("#/")) return part;
  let found: unknown = root;
  for (const key of reference.slice(2).split("/"))
    found = isObject(found) ? found[key.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  return isObject(found) ? { ...found, ...part } : part;
}

function typeOf(part: JsonObject, items?: JsonObject): string {
  if (Array.isArray(part["enum"])) return part["enum"].map((value) => JSON.stringify(value)).join(" | ");
  if (part["const"] !== undefined) return JSON.stringify(part["const"]);
  for (const word of ["anyOf", "oneOf"]) {
    const choices = part[word];
    if (Array.isArray(choices)) {
      const types = choices.map((choice) => (isObject(choice) ? typeOf(choice) : "any"));
      return [...new Set(types)].join(" | ");
    }
  }
  if (items !== undefined) return `${typeOf(items)}[]`;
  const type = part["type"];
  return Array.isArray(type) ? type.join(" | ") : typeof type === "string" ? type : "any";
}
