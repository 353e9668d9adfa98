import type { Json, JsonObject } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";

/** Keywords of draft 4 that ice supports, under this name or as `$defs`, without lists of `items`. */
const inside = new Set(
  `type enum properties required additionalProperties items minItems maxItems minLength maxLength pattern minimum maximum
  exclusiveMinimum exclusiveMaximum anyOf oneOf allOf $ref definitions default title description format`.split(/\s+/),
);

const anyType = ["null", "boolean", "integer", "number", "string", "array", "object"];

/** Whether a schema of draft 4 has only keywords that ice supports, and refers only to itself. */
export function usesOnly(schema: JsonObject): boolean {
  if (!Object.keys(schema).every((keyword) => inside.has(keyword)) || Array.isArray(schema["items"])) return false;
  const { $ref } = schema;
  if (typeof $ref === "string" && !$ref.startsWith("#")) return false;
  return Object.entries(schema).every(([keyword, value]) => childrenOf(keyword, value).every(usesOnly));
}

/** The same schema in the form of ice: `$defs`, limits as numbers, and a type for keywords that require one. */
export function asWrittenForIce(schema: JsonObject): JsonObject {
  const { exclusiveMinimum, exclusiveMaximum, ...rest } = schema;
  const written: Record<string, Json> = { type: anyType };
  for (const [keyword, value] of Object.entries(rest)) {
    if (keyword === "definitions") written["$defs"] = mapped(value);
    else if (keyword === "properties") written[keyword] = mapped(value);
    else if (keyword === "$ref") written[keyword] = (value as string).replace("#/definitions/", "#/$defs/");
    else if (keyword === "minimum" && exclusiveMinimum === true) written["exclusiveMinimum"] = value;
    else if (keyword === "maximum" && exclusiveMaximum === true) written["exclusiveMaximum"] = value;
    else if (["allOf", "anyOf", "oneOf"].includes(keyword))
      written[keyword] = (value as JsonObject[]).map(asWrittenForIce);
    else if (["items", "additionalProperties"].includes(keyword) && isPlainObject(value))
      written[keyword] = asWrittenForIce(value as JsonObject);
    else written[keyword] = value;
  }
  return written;
}

const mapped = (schemas: Json): JsonObject =>
  Object.fromEntries(
    Object.entries(schemas as Record<string, JsonObject>).map(([name, one]) => [name, asWrittenForIce(one)]),
  );

function childrenOf(keyword: string, value: Json): JsonObject[] {
  if (["definitions", "properties"].includes(keyword)) return Object.values(value as Record<string, JsonObject>);
  if (["allOf", "anyOf", "oneOf"].includes(keyword)) return value as unknown as JsonObject[];
  return ["items", "additionalProperties"].includes(keyword) && isPlainObject(value) ? [value as JsonObject] : [];
}
