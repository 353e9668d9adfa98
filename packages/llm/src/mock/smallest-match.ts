import { IceError, type Json, type JsonObject } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";

/** Maximum number of values of a match, and their maximum depth. */
const maxValues = 10_000;
const deepest = 128;

/**
 * The smallest value that a JSON Schema accepts: a default, the first allowed value, or the smallest of its type, with required
 * properties only. Patterns, and formats other than dates, are ignored.
 *
 * @throws IceError `ICE_MODEL_REJECTED` for a schema whose smallest value has more than 10,000 values, more than 128 levels, or is infinite.
 */
export function smallestMatch(schema: JsonObject): Json {
  let left = maxValues;
  const matchAt = (part: unknown, depth: number): Json => {
    if ((left -= 1) < 0 || depth > deepest)
      throw new IceError(
        "ICE_MODEL_REJECTED",
        "The smallest answer for this schema has too many values, or is infinite.",
        {
          fix: "set the answer in `llmConfig`: { object: … }",
        },
      );
    if (typeof part !== "object" || part === null) return null;
    const match = (inner: unknown): Json => matchAt(inner, depth + 1);
    const { default: preset, const: only, enum: values, $ref, type, allOf, ...rest } = part as JsonObject;
    if (preset !== undefined) return preset;
    if (only !== undefined) return only;
    if (Array.isArray(values) && values.length > 0) return values[0]!;
    if (typeof $ref === "string") return match(resolve(schema, $ref));
    if (Array.isArray(allOf)) return match({ ...rest, type: type ?? null, ...mergeAll(allOf as JsonObject[]) });
    const alternatives = rest["anyOf"] ?? rest["oneOf"];
    if (Array.isArray(alternatives)) return match(alternatives.find(isNull) ?? alternatives[0]);
    return smallestOf(rest, kindOf(type, rest), match);
  };
  return matchAt(schema, 0);
}

const isNull = (part: Json): boolean => isPlainObject(part) && part["type"] === "null";

const mergeAll = (parts: readonly JsonObject[]): JsonObject => Object.assign({}, ...parts) as JsonObject;

function kindOf(type: Json | undefined, schema: JsonObject): Json | undefined {
  if (Array.isArray(type)) return type.includes("null") ? "null" : type[0];
  if (type !== undefined && type !== null) return type;
  if (schema["properties"] !== undefined || schema["required"] !== undefined) return "object";
  return schema["items"] === undefined ? type : "array";
}

function smallestOf(schema: JsonObject, kind: Json | undefined, match: (part: unknown) => Json): Json {
  switch (kind) {
    case "object": {
      const properties = (schema["properties"] ?? {}) as JsonObject;
      const names = ((schema["required"] ?? []) as Json[]).filter((name) => typeof name === "string");
      return Object.fromEntries(
        names.map((name) => [name, match(Object.hasOwn(properties, name) ? properties[name] : null)]),
      );
    }
    case "array": {
      const least = Math.min(numberAt(schema, "minItems") ?? 0, maxValues + 1);
      return Array.from({ length: least }, () => match(schema["items"] ?? null));
    }
    case "string": {
      const dated = dates[schema["format"] as keyof typeof dates] ?? "";
      return dated.padEnd(Math.min(numberAt(schema, "minLength") ?? 0, maxValues), "x");
    }
    case "boolean":
      return false;
    case "integer":
    case "number":
      return smallestNumber(schema, kind === "integer" ? 1 : (numberAt(schema, "multipleOf") ?? 0));
    default:
      return null;
  }
}

const dates = { "date-time": "2000-01-01T00:00:00Z", date: "2000-01-01", time: "00:00:00Z" };

/** The number nearest to 0. */
function smallestNumber(schema: JsonObject, step: number): number {
  const above = numberAt(schema, "exclusiveMinimum");
  const below = numberAt(schema, "exclusiveMaximum");
  const gap = step === 0 ? 1 : step;
  const least = Math.max(numberAt(schema, "minimum") ?? -Infinity, above === undefined ? -Infinity : above + gap);
  const most = Math.min(numberAt(schema, "maximum") ?? Infinity, below === undefined ? Infinity : below - gap);
  const near = Math.min(Math.max(0, least), most);
  if (step === 0 || near === 0) return near;
  return near > 0 ? Math.ceil(near / step) * step : Math.floor(near / step) * step;
}

function numberAt(schema: JsonObject, name: string): number | undefined {
  const value = schema[name];
  return typeof value === "number" ? value : undefined;
}

/** A reference within the schema: `#/$defs/name`. */
function resolve(schema: JsonObject, reference: string): unknown {
  let found: unknown = schema;
  for (const key of reference.replace(/^#\/?/, "").split("/")) {
    if (key === "") continue;
    const name = decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return null;
    found = (found as JsonObject)[name];
  }
  return found;
}
