import type { Json, JsonObject } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";

/** Depth of an example; a schema may refer to itself. */
const maxDepth = 4;

/**
 * Values that may fit a schema, the likeliest first: the given value as another type, values that the schema names, one of its
 * type.
 *
 * @param given - the value that does not fit; undefined when there is none.
 */
export function examplesOf(schema: unknown, given?: Json): Json[] {
  if (!isPlainObject(schema)) return ["value"];
  const { default: preset, const: only, enum: allowed, examples } = schema as JsonObject;
  const named = [preset, only, ...listOf(examples), ...listOf(allowed)].filter((value) => value !== undefined);
  return [
    ...converted(given),
    ...named,
    ...typesOf(schema as JsonObject).flatMap((type) => ofType(type, schema as JsonObject, 0)),
  ];
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const typesOf = ({ type = ["string", "number"] }: JsonObject): readonly Json[] => (Array.isArray(type) ? type : [type]);

/** The given value as each other type. */
function converted(given: Json | undefined): Json[] {
  if (given === undefined || given === null) return [];
  if (typeof given === "number" || typeof given === "boolean") return [String(given), [given]];
  if (typeof given !== "string") return Array.isArray(given) ? [] : [[given]];
  const number = given.trim() === "" ? Number.NaN : Number(given);
  const words: readonly (readonly [RegExp, boolean])[] = [
    [/^(?:true|yes|on)$/i, true],
    [/^(?:false|no|off)$/i, false],
  ];
  return [
    ...(Number.isFinite(number) ? [number] : []),
    ...words.flatMap(([word, value]) => (word.test(given) ? [value] : [])),
    [given],
  ];
}

const texts: Readonly<Record<string, string>> = {
  date: "2026-01-31",
  "date-time": "2026-01-31T12:00:00Z",
  time: "12:00:00Z",
  email: "kim@example.com",
  uri: "https://example.com",
  uuid: "01a20fab-7a80-7f7c-922b-53e6a07aabd8",
};

function ofType(type: Json, schema: JsonObject, depth: number): Json[] {
  const { minimum, maximum, exclusiveMinimum, minLength = 0, format } = schema as Readonly<Record<string, never>>;
  switch (type) {
    case "integer":
    case "number":
      return [3, minimum, maximum, exclusiveMinimum === undefined ? undefined : exclusiveMinimum + 1].filter(
        (value) => typeof value === "number",
      );
    case "string":
      return ["text".padEnd(Math.min(minLength, 100), "t"), texts[String(format)] ?? "a"];
    case "boolean":
      return [true];
    case "array": {
      const least = Math.min(Number(schema["minItems"] ?? 1), 10) || 1;
      return [Array.from({ length: least }, () => within(schema["items"], depth))];
    }
    case "object": {
      const { required, properties } = schema;
      const known = isPlainObject(properties) ? properties : {};
      return [Object.fromEntries(listOf(required).map((name) => [String(name), within(known[String(name)], depth)]))];
    }
    default:
      return [null];
  }
}

function within(schema: unknown, depth: number): Json {
  if (!isPlainObject(schema) || depth >= maxDepth) return "value";
  const { default: preset, const: only, enum: allowed } = schema as JsonObject;
  const [first = "value"] = typesOf(schema as JsonObject).flatMap((type) =>
    ofType(type, schema as JsonObject, depth + 1),
  );
  return preset ?? only ?? listOf(allowed)[0] ?? first;
}
