import { shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";
import type { Keys } from "../json/json-pointer.ts";
import { isPlainObject, type JsonObject } from "../json/json.ts";
import { finish, type Steps } from "../time/steps.ts";
import { maxPatternLength, PatternBudget } from "./pattern.ts";
import { resolveReference } from "./resolve-reference.ts";
import { problemsOfReferences } from "./same-value.ts";
import type { SchemaIssue } from "./schema-issue.ts";

const types = ["null", "boolean", "integer", "number", "string", "array", "object"];

/** The form of each keyword, and the types to which it applies (undefined: any, without `type`). */
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
  pattern: { is: isString, wanted: "an RE2 regular expression", of: ["string"] },
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

/** Maximum number of keywords for which a suggestion is searched; at most 100 issues are shown. */
const maxSuggested = 100;

/** Number of keywords and schemas checked between two pauses. A schema may have no keywords. */
const keywordsBetweenPauses = 100;
const schemasBetweenPauses = 100;

/** All problems of a schema of the enforced subset: a keyword that ice cannot enforce is refused, never ignored. */
export function checkJsonSchema(schema: unknown): readonly SchemaIssue[] {
  return finish(checkJsonSchemaInSteps(schema, new PatternBudget()));
}

/** The same, with pauses. `budget` counts the patterns of all schemas that are checked together. */
export function* checkJsonSchemaInSteps(schema: unknown, budget: PatternBudget): Steps<readonly SchemaIssue[]> {
  if (!isPlainObject(schema)) return [{ keys: [], message: "a JSON Schema must be an object" }];
  const check: SchemaCheck = { root: schema as JsonObject, budget, issues: [], places: new Map(), keywords: 0 };
  yield* checkNode(check.root, [], check);
  // References are followed only through valid schemas.
  return check.issues.length === 0 ? yield* problemsOfReferences(check.root, check.places) : check.issues;
}

/** One check of one schema. */
interface SchemaCheck {
  readonly root: JsonObject;
  readonly budget: PatternBudget;
  readonly issues: SchemaIssue[];
  /** Every schema in it, with its position. */
  readonly places: Map<JsonObject, Keys>;
  keywords: number;
}

function* checkNode(schema: JsonObject, keys: Keys, check: SchemaCheck): Steps<void> {
  const { issues, places } = check;
  if (keys.length > maxDepth) {
    issues.push({ keys: keys.slice(0, 8), message: `the schema nests deeper than ${maxDepth}` });
    return;
  }
  places.set(schema, keys);
  if (places.size % schemasBetweenPauses === 0) yield;
  const types = ([] as unknown[]).concat(schema["type"] ?? []);
  for (const keyword of Object.keys(schema)) {
    if ((check.keywords += 1) % keywordsBetweenPauses === 0) yield;
    const value = schema[keyword];
    const at = [...keys, keyword];
    const problem = problemOfKeyword(keyword, value, types, check);
    if (problem !== undefined) issues.push({ keys: at, ...problem });
    else if (keyword === "pattern") {
      const found = problemOfPattern(schema, value as string, check.budget);
      if (found !== undefined) issues.push({ keys: at, ...found });
      yield;
    } else for (const [key, child] of childSchemas(keyword, value)) yield* checkNode(child, [...at, ...key], check);
  }
}

type Problem = Pick<SchemaIssue, "message" | "fix">;

function problemOfKeyword(
  keyword: string,
  value: unknown,
  types: readonly unknown[],
  { root, issues }: SchemaCheck,
): Problem | undefined {
  const rule = Object.hasOwn(keywords, keyword) ? keywords[keyword] : undefined;
  if (rule === undefined) {
    const meant = issues.length < maxSuggested ? didYouMean(keyword, Object.keys(keywords)) : "";
    const fix = meant || "remove it: ice enforces a subset of JSON Schema and rejects the rest";
    return { message: `\`${shorten(keyword)}\` is not enforced`, fix };
  }
  if (!rule.is(value)) return { message: `\`${keyword}\` must be ${rule.wanted}` };
  if (rule.of !== undefined && !rule.of.some((type) => types.includes(type)))
    return { message: `\`${keyword}\` needs \`type: ${rule.of[0]}\` beside it`, fix: `add \`type: ${rule.of[0]}\`` };
  if (keyword === "$ref" && resolveReference(root, value as string) === undefined)
    return {
      message: `\`$ref: ${shorten(value as string)}\` does not resolve to a schema`,
      fix: "write a reference within the schema: #, #/$defs/name",
    };
  return undefined;
}

function problemOfPattern(schema: JsonObject, pattern: string, budget: PatternBudget): Problem | undefined {
  const verdict = budget.check(schema, pattern);
  if (verdict === "fits") return undefined;
  if (verdict === "isTooMuch")
    return {
      message:
        "this pattern, alone or together with earlier ones, exceeds the size allowed for the patterns of a blueprint",
      fix: "use fewer patterns, shorter repetitions than {900}, and fewer classes such as \\p{L}",
    };
  return {
    message: `\`pattern\` must be an RE2 regular expression of at most ${maxPatternLength} characters`,
    fix: "RE2 has no look-around and no back-references: use `enum`, or a simpler pattern",
  };
}

/** One by one: a list of all, with their keys, would take longer than a turn of the event loop has. */
function* childSchemas(keyword: string, value: unknown): Iterable<readonly [Keys, JsonObject]> {
  if (keyword === "properties" || keyword === "$defs") {
    const children = value as Readonly<Record<string, JsonObject>>;
    for (const key of Object.keys(children)) yield [[key], children[key]!];
  } else if (keyword === "anyOf" || keyword === "oneOf" || keyword === "allOf") {
    for (const [index, child] of (value as readonly JsonObject[]).entries()) yield [[index], child];
  } else if ((keyword === "items" || keyword === "additionalProperties") && isPlainObject(value))
    yield [[], value as JsonObject];
}

function isType(value: unknown): boolean {
  return typeof value === "string"
    ? types.includes(value)
    : Array.isArray(value) && value.length > 0 && value.every((type) => types.includes(type as string));
}
function isSchemaMap(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  for (const key in value) if (!isPlainObject(value[key])) return false;
  return true;
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
