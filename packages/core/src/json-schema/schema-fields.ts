import type { Json, JsonObject } from "../json/json.ts";

/** A field that a JSON Schema describes, for people. */
export interface SchemaField {
  /**
   * With its enclosing fields: `retryPolicy.maxAttempts`, `agents[].role` (of the entries of a list), `measures.*.op` (of the
   * values of a map). Empty for a value that is not an object.
   */
  readonly path: string;
  readonly required: boolean;
  /** A few words, with single values in backticks: `string`, `list of nodes`, `` `all` | `any` | object ``. */
  readonly type: string;
  /** Undefined: there is none. */
  readonly default: Json | undefined;
  readonly description: string;
}

/** The fields of a JSON Schema, each followed by its nested fields; for a value that is not an object, that value. */
export function schemaFields(schema: JsonObject): readonly SchemaField[] {
  const fields = fieldsOf(schema, "");
  return fields.length > 0 ? fields : [fieldOf(schema, "", false)];
}

function fieldsOf(schema: JsonObject, prefix: string): SchemaField[] {
  const required = new Set(schema["required"] as string[] | undefined);
  return Object.entries((schema["properties"] ?? {}) as Record<string, JsonObject>).flatMap(([name, field]) => [
    fieldOf(field, prefix + name, required.has(name)),
    ...nestedFields(field, prefix + name),
  ]);
}

const fieldOf = (schema: JsonObject, path: string, required: boolean): SchemaField => ({
  path,
  required,
  type: typeOf(schema),
  default: schema["default"],
  description: String(schema["description"] ?? ""),
});

/** The fields of an object, of the entries of a list, of the values of a map or of an alternative. */
function nestedFields(schema: JsonObject, path: string): SchemaField[] {
  if (schema["properties"] !== undefined) return fieldsOf(schema, `${path}.`);
  const { items, additionalProperties } = schema;
  if (isSchema(items)) return nestedFields(items, `${path}[]`);
  if (isSchema(additionalProperties)) return nestedFields(additionalProperties, `${path}.*`);
  return alternativesOf(schema).flatMap((alternative) => nestedFields(alternative, path));
}

const isSchema = (value: unknown): value is JsonObject => typeof value === "object" && value !== null;

const alternativesOf = (schema: JsonObject): readonly JsonObject[] =>
  (schema["anyOf"] ?? schema["oneOf"] ?? []) as readonly JsonObject[];

function typeOf(schema: JsonObject): string {
  const enumeration = schema["enum"];
  if (Array.isArray(enumeration)) return enumeration.map((value) => `\`${String(value)}\``).join(" | ");
  if (schema["const"] !== undefined) return `\`${JSON.stringify(schema["const"])}\``;
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0) return [...new Set(alternatives.map(typeOf))].join(" | ");
  const { type } = schema;
  if (Array.isArray(type)) return [...new Set(type.map((one) => typeOf({ ...schema, type: one })))].join(" | ");
  if (type === "array") {
    const items = (schema["items"] ?? {}) as JsonObject;
    return `list of ${items["$ref"] === undefined ? typeOf(items) : "nodes"}`;
  }
  if (type === "object" && schema["properties"] === undefined) {
    const values = schema["additionalProperties"];
    return isSchema(values) ? `map of ${typeOf(values)}` : "object";
  }
  return typeof type === "string" ? type : "any JSON";
}
