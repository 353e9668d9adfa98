import type { JsonObject } from "@ice/core";

export interface TableOptions {
  /** Which fields of the first level are shown. Default all. */
  readonly wanted?: (name: string) => boolean;
  /** A word in place of the type of a field of the first level, e.g. `CEL`. */
  readonly kindOf?: (name: string) => string | undefined;
}

/**
 * The fields of an object as a Markdown table, with nested fields below their own: `retryPolicy.maxAttempts`, `agents[].role`
 * (entries of a list), `measures.*.op` (values of a map). A value that is no object becomes a sentence.
 */
export function schemaTable(schema: JsonObject, options: TableOptions = {}): string {
  const rows = rowsOf(schema, "", options);
  if (rows.length > 0) return `| field | type | default | |\n|---|---|---|---|\n${rows.join("\n")}\n`;
  return `${typeOf(schema)}. ${descriptionOf(schema)}`.trim().concat("\n");
}

const fieldsOf = (schema: JsonObject): ReadonlyMap<string, JsonObject> =>
  new Map(Object.entries((schema["properties"] ?? {}) as Record<string, JsonObject>));

function rowsOf(schema: JsonObject, prefix: string, { wanted = () => true, kindOf }: TableOptions): string[] {
  const required = new Set(schema["required"] as string[] | undefined);
  return [...fieldsOf(schema)]
    .filter(([name]) => wanted(name))
    .flatMap(([name, field]) => {
      const path = `${prefix}${name}`;
      const value = field["default"] === undefined ? "" : `\`${JSON.stringify(field["default"])}\``;
      const row = `| \`${path}\`${required.has(name) ? "*" : ""} | ${kindOf?.(name) ?? typeOf(field)} | ${value} | ${descriptionOf(field)} |`;
      return [row, ...nestedRows(field, path)];
    });
}

/** Rows of what an object, the entries of a list, the values of a map or an alternative hold. */
function nestedRows(field: JsonObject, path: string): string[] {
  if (field["properties"] !== undefined) return rowsOf(field, `${path}.`, {});
  const { items, additionalProperties } = field;
  if (isSchema(items)) return nestedRows(items, `${path}[]`);
  if (isSchema(additionalProperties)) return nestedRows(additionalProperties, `${path}.*`);
  return alternativesOf(field).flatMap((alternative) => nestedRows(alternative, path));
}

const isSchema = (value: unknown): value is JsonObject => typeof value === "object" && value !== null;

const alternativesOf = (schema: JsonObject): readonly JsonObject[] =>
  (schema["anyOf"] ?? schema["oneOf"] ?? []) as readonly JsonObject[];

const descriptionOf = (schema: JsonObject): string =>
  String(schema["description"] ?? "")
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;");

/** A short word for a JSON Schema: `string`, `integer`, `all \| strict \| …`, `list of nodes`. */
function typeOf(schema: JsonObject): string {
  const enumeration = schema["enum"];
  if (Array.isArray(enumeration)) return enumeration.map((value) => `\`${String(value)}\``).join(" \\| ");
  if (schema["const"] !== undefined) return `\`${JSON.stringify(schema["const"])}\``;
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0) return [...new Set(alternatives.map(typeOf))].join(" \\| ");
  if (schema["type"] === "array") {
    const items = (schema["items"] ?? {}) as JsonObject;
    return `list of ${items["$ref"] === undefined ? typeOf(items) : "nodes"}`;
  }
  if (schema["type"] === "object" && schema["properties"] === undefined) {
    const values = schema["additionalProperties"];
    return isSchema(values) ? `map of ${typeOf(values)}` : "object";
  }
  return typeof schema["type"] === "string" ? schema["type"] : "any JSON";
}
