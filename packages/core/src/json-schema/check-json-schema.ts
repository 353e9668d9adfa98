import { RE2JS } from "re2js";
import { didYouMean } from "../errors/suggest.ts";
import { isPlainObject, type JsonObject } from "../json/json.ts";
import { resolveReference } from "./resolve-reference.ts";

/** A problem of a schema itself. `path` leads to the place inside the schema. */
export interface SchemaIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly fix?: string;
}

const types = ["null", "boolean", "integer", "number", "string", "array", "object"];

/** What each keyword needs to look like, and to which types it belongs (undefined: to any, without `type`). */
const keywords: Readonly<
  Record<string, { readonly is: (value: unknown) => boolean; readonly wanted: string; readonly of?: readonly string[] }>
> = {
  type: { is: isType, wanted: `one of ${types.join(", ")}, or a list of them` },
  enum: { is: (value) => Array.isArray(value) && value.length > 0, wanted: "a list of values" },
  const: { is: () => true, wanted: "a value" },
  properties: { is: isSchemaMap, wanted: "a map of schemas", of: ["object"] },
  required: { is: isStrings, wanted: "a list of property names", of: ["object"] },
  additionalProperties: {
    is: (value) => typeof value === "boolean" || isPlainObject(value),
    wanted: "true, false or a schema",
    of: ["object"],
  },
  items: { is: isPlainObject, wanted: "a schema", of: ["array"] },
  minItems: { is: isCount, wanted: "a whole number ≥ 0", of: ["array"] },
  maxItems: { is: isCount, wanted: "a whole number ≥ 0", of: ["array"] },
  minLength: { is: isCount, wanted: "a whole number ≥ 0", of: ["string"] },
  maxLength: { is: isCount, wanted: "a whole number ≥ 0", of: ["string"] },
  pattern: { is: isPattern, wanted: "a regular expression of RE2, at most 1,024 characters", of: ["string"] },
  minimum: { is: isNumber, wanted: "a number", of: ["number", "integer"] },
  maximum: { is: isNumber, wanted: "a number", of: ["number", "integer"] },
  exclusiveMinimum: { is: isNumber, wanted: "a number", of: ["number", "integer"] },
  exclusiveMaximum: { is: isNumber, wanted: "a number", of: ["number", "integer"] },
  anyOf: { is: isSchemas, wanted: "a list of schemas" },
  oneOf: { is: isSchemas, wanted: "a list of schemas" },
  allOf: { is: isSchemas, wanted: "a list of schemas" },
  $ref: { is: (value) => typeof value === "string", wanted: "a reference such as #/$defs/name" },
  $defs: { is: isSchemaMap, wanted: "a map of schemas" },
  default: { is: () => true, wanted: "a value" },
  title: { is: isString, wanted: "a string" },
  description: { is: isString, wanted: "a string" },
  examples: { is: Array.isArray, wanted: "a list" },
  format: { is: isString, wanted: "a string" },
};

const maxDepth = 64;

/** All problems of a schema of the enforced subset: what ice could not enforce is refused, never ignored. */
export function checkJsonSchema(schema: unknown): readonly SchemaIssue[] {
  if (!isPlainObject(schema)) return [{ path: [], message: "a JSON Schema is an object" }];
  const issues: SchemaIssue[] = [];
  checkNode(schema as JsonObject, [], schema as JsonObject, issues);
  return issues;
}

function checkNode(
  schema: JsonObject,
  path: readonly (string | number)[],
  root: JsonObject,
  issues: SchemaIssue[],
): void {
  if (path.length > maxDepth) {
    issues.push({ path: path.slice(0, 8), message: `the schema nests deeper than ${maxDepth}` });
    return;
  }
  const own = ([] as unknown[]).concat(schema["type"] ?? []);
  for (const [keyword, value] of Object.entries(schema)) {
    const rule = Object.hasOwn(keywords, keyword) ? keywords[keyword] : undefined;
    const at = [...path, keyword];
    if (rule === undefined) {
      const fix =
        didYouMean(keyword, Object.keys(keywords)) ||
        "leave it out: ice enforces a subset of JSON Schema and refuses the rest";
      issues.push({ path: at, message: `\`${keyword}\` is not enforced`, fix });
    } else if (!rule.is(value)) issues.push({ path: at, message: `\`${keyword}\` must be ${rule.wanted}` });
    else if (rule.of !== undefined && !rule.of.some((type) => own.includes(type)))
      issues.push({
        path: at,
        message: `\`${keyword}\` needs \`type: ${rule.of[0]}\` beside it`,
        fix: `add \`type: ${rule.of[0]}\``,
      });
    else if (keyword === "$ref") checkReference(value as string, at, root, issues);
    else for (const [key, child] of childSchemas(keyword, value)) checkNode(child, [...at, ...key], root, issues);
  }
}

function checkReference(
  reference: string,
  path: readonly (string | number)[],
  root: JsonObject,
  issues: SchemaIssue[],
): void {
  const seen = new Set<string>();
  for (let next: string | undefined = reference; next !== undefined;) {
    if (seen.has(next)) {
      issues.push({ path, message: `\`$ref: ${reference}\` leads back to itself` });
      return;
    }
    seen.add(next);
    const target = resolveReference(root, next);
    if (target === undefined) {
      issues.push({
        path,
        message: `\`$ref: ${next}\` leads nowhere`,
        fix: "a reference stays inside the schema: #, #/$defs/name",
      });
      return;
    }
    next = typeof target["$ref"] === "string" ? target["$ref"] : undefined;
  }
}

function childSchemas(keyword: string, value: unknown): [(string | number)[], JsonObject][] {
  if (keyword === "properties" || keyword === "$defs")
    return Object.entries(value as Record<string, JsonObject>).map(([key, child]) => [[key], child]);
  if (keyword === "anyOf" || keyword === "oneOf" || keyword === "allOf")
    return (value as JsonObject[]).map((child, index) => [[index], child]);
  return (keyword === "items" || keyword === "additionalProperties") && isPlainObject(value)
    ? [[[], value as JsonObject]]
    : [];
}

function isType(value: unknown): boolean {
  return typeof value === "string"
    ? types.includes(value)
    : Array.isArray(value) && value.length > 0 && value.every((type) => types.includes(type as string));
}
function isSchemaMap(value: unknown): boolean {
  return isPlainObject(value) && Object.values(value).every(isPlainObject);
}
function isSchemas(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isPlainObject);
}
function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every(isString);
}
function isString(value: unknown): boolean {
  return typeof value === "string";
}
function isNumber(value: unknown): boolean {
  return typeof value === "number";
}
function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}
function isPattern(value: unknown): boolean {
  if (typeof value !== "string" || value.length > 1024) return false;
  try {
    RE2JS.compile(value);
    return true;
  } catch {
    return false; // not a regular expression of RE2: that is the finding
  }
}
