import type { Json } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";

/** https://platform.openai.com/docs/guides/structured-outputs#supported-schemas */
const keywords = new Set([
  ..."$ref $defs definitions type properties required additionalProperties items anyOf enum const title description".split(
    " ",
  ),
  ..."pattern format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems".split(" "),
]);
const formats = new Set("date-time time date duration email hostname ipv4 ipv6 uuid".split(" "));
const deepest = 10;

/** Whether OpenAI accepts a schema as `strict`: closed objects, all of whose properties are required, and no other keywords. */
export function isClosed(schema: Json | undefined, depth = 0): boolean {
  if (!isPlainObject(schema) || depth > deepest) return false;
  const { properties = {}, required = [], additionalProperties, items, anyOf, format } = schema;
  if (!Object.keys(schema).every((name) => keywords.has(name) || (depth === 0 && name === "$schema"))) return false;
  if (format !== undefined && !formats.has(String(format))) return false;
  const named = isPlainObject(properties) ? properties : {};
  const isObject = [schema["type"]].flat().includes("object") || Object.keys(named).length > 0;
  const all = new Set(required as Json[]);
  if (isObject && (additionalProperties !== false || !Object.keys(named).every((name) => all.has(name)))) return false;
  const inner = [
    ...Object.values(named),
    ...(items === undefined ? [] : [items]),
    ...(Array.isArray(anyOf) ? anyOf : []),
    ...[schema["$defs"], schema["definitions"]].flatMap((named) => (isPlainObject(named) ? Object.values(named) : [])),
  ];
  return inner.every((part) => isClosed(part, depth + 1));
}
