import { RE2JS } from "re2js";
import { isPlainObject, type Json, type JsonObject } from "../json/json.ts";
import { resolveReference } from "./resolve-reference.ts";

/** A place where a value does not match, in words. */
export interface SchemaMismatch {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Checks values against one schema. */
export interface JsonSchemaValidator {
  /** The value with defaults applied (a new one only where something changed), or every mismatch, at most 20. */
  validate(
    value: Json,
  ): { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly issues: readonly SchemaMismatch[] };
}

/** Checks one value, reports mismatches, and returns the value with defaults applied. */
type Check = (value: Json, path: Path, report: Report) => Json;
type Path = readonly (string | number)[];
type Report = (path: Path, message: string) => void;

const maxIssues = 20;
const maxDepth = 64;

/**
 * Compiles a schema that `checkJsonSchema` has accepted. It is interpreted: no code is generated, patterns run on RE2, and a
 * value nested deeper than 64 does not match.
 */
export function compileJsonSchema(schema: JsonObject): JsonSchemaValidator {
  const check = compileNode(schema, schema, new Map());
  return {
    validate(value) {
      const issues: SchemaMismatch[] = [];
      const result = check(value, [], (path, message) => {
        if (issues.length < maxIssues) issues.push({ path, message });
      });
      return issues.length === 0 ? { ok: true, value: result } : { ok: false, issues };
    },
  };
}

function compileNode(schema: JsonObject, root: JsonObject, known: Map<JsonObject, Check>): Check {
  const cached = known.get(schema);
  if (cached !== undefined) return cached;
  // A schema may refer to itself: the entry stands before its parts are compiled.
  let parts: readonly Check[] = [];
  const check: Check = (value, path, report) => {
    if (path.length > maxDepth) {
      report(path, `nests deeper than ${maxDepth}`);
      return value;
    }
    return parts.reduce((current, part) => part(current, path, report), value);
  };
  known.set(schema, check);
  const compile = (child: JsonObject): Check => compileNode(child, root, known);
  parts = [
    ...typePart(schema["type"]),
    ...constantParts(schema),
    ...rangeParts(schema),
    ...stringParts(schema),
    ...arrayParts(schema, compile),
    ...objectParts(schema, compile),
    ...combinedParts(schema, root, compile),
  ];
  return check;
}

function typePart(type: Json | undefined): Check[] {
  if (type === undefined) return [];
  const allowed = ([] as Json[]).concat(type) as string[];
  return [
    test(
      (value) => allowed.some((name) => hasType(value, name)),
      (value) => `must be ${allowed.map(articled).join(" or ")}, but is ${nameOf(value)}`,
    ),
  ];
}

function constantParts(schema: JsonObject): Check[] {
  const { enum: allowed, const: only } = schema;
  return [
    ...(allowed === undefined
      ? []
      : [
          test(
            (value) => (allowed as Json[]).some((one) => sameJson(one, value)),
            () => `must be one of ${shown(allowed)}`,
          ),
        ]),
    ...(only === undefined
      ? []
      : [
          test(
            (value) => sameJson(only, value),
            () => `must be ${shown(only)}`,
          ),
        ]),
  ];
}

function rangeParts(schema: JsonObject): Check[] {
  const bound = (keyword: string, holds: (value: number, limit: number) => boolean, word: string): Check[] => {
    const limit = schema[keyword];
    return typeof limit === "number"
      ? [
          test(
            (value) => typeof value !== "number" || holds(value, limit),
            () => `must be ${word} ${limit}`,
          ),
        ]
      : [];
  };
  return [
    ...bound("minimum", (value, limit) => value >= limit, "at least"),
    ...bound("maximum", (value, limit) => value <= limit, "at most"),
    ...bound("exclusiveMinimum", (value, limit) => value > limit, "more than"),
    ...bound("exclusiveMaximum", (value, limit) => value < limit, "less than"),
  ];
}

function stringParts({ minLength, maxLength, pattern }: JsonObject): Check[] {
  const compiled = typeof pattern === "string" ? RE2JS.compile(pattern) : undefined;
  return [
    ...(typeof minLength === "number"
      ? [
          test(
            (value) => typeof value !== "string" || lengthOf(value) >= minLength,
            () => `must have at least ${minLength} characters`,
          ),
        ]
      : []),
    ...(typeof maxLength === "number"
      ? [
          test(
            (value) => typeof value !== "string" || lengthOf(value) <= maxLength,
            () => `must have at most ${maxLength} characters`,
          ),
        ]
      : []),
    ...(compiled === undefined
      ? []
      : [
          test(
            (value) => typeof value !== "string" || compiled.matcher(value).find(),
            () => `must match ${String(pattern)}`,
          ),
        ]),
  ];
}

function arrayParts({ items, minItems, maxItems }: JsonObject, compile: (schema: JsonObject) => Check): Check[] {
  const parts: Check[] = [];
  if (typeof minItems === "number")
    parts.push(
      test(
        (value) => !Array.isArray(value) || value.length >= minItems,
        () => `must have at least ${minItems} items`,
      ),
    );
  if (typeof maxItems === "number")
    parts.push(
      test(
        (value) => !Array.isArray(value) || value.length <= maxItems,
        () => `must have at most ${maxItems} items`,
      ),
    );
  if (items !== undefined) {
    const check = compile(items as JsonObject);
    parts.push((value, path, report) => {
      if (!Array.isArray(value)) return value;
      const checked = value.map((entry: Json, index) => check(entry, [...path, index], report));
      return checked.some((entry, index) => entry !== value[index]) ? checked : value;
    });
  }
  return parts;
}

function objectParts(
  { properties = {}, required, additionalProperties }: JsonObject,
  compile: (schema: JsonObject) => Check,
): Check[] {
  const known = new Map(
    Object.entries(properties as Record<string, JsonObject>).map(([name, schema]) => [
      name,
      { check: compile(schema), preset: schema["default"] },
    ]),
  );
  const others = isPlainObject(additionalProperties) ? compile(additionalProperties) : undefined;
  if (known.size === 0 && required === undefined && additionalProperties === undefined) return [];
  return [
    (value, path, report) => {
      if (!isPlainObject(value)) return value;
      const result: Record<string, Json> = {};
      let changed = false;
      for (const [name, { preset }] of known)
        if (preset !== undefined && !Object.hasOwn(value, name)) [result[name], changed] = [preset, true];
      for (const [name, entry] of Object.entries(value)) {
        const check = known.get(name)?.check ?? others;
        if (check === undefined && additionalProperties === false)
          report([...path, name], `is not expected (${[...known.keys()].join(", ") || "no properties"})`);
        result[name] = check === undefined ? entry : check(entry, [...path, name], report);
        changed ||= result[name] !== entry;
      }
      for (const name of (required as string[] | undefined) ?? [])
        if (!Object.hasOwn(result, name)) report([...path, name], "is missing");
      return changed ? result : value;
    },
  ];
}

function combinedParts(schema: JsonObject, root: JsonObject, compile: (schema: JsonObject) => Check): Check[] {
  const { $ref, allOf, anyOf, oneOf } = schema;
  return [
    ...(typeof $ref === "string" ? [compile(resolveReference(root, $ref)!)] : []),
    ...(allOf === undefined ? [] : (allOf as JsonObject[]).map(compile)),
    ...(anyOf === undefined
      ? []
      : [
          oneMatching(
            (anyOf as JsonObject[]).map(compile),
            (count) => count >= 1,
            "must match one of the alternatives",
          ),
        ]),
    ...(oneOf === undefined
      ? []
      : [
          oneMatching(
            (oneOf as JsonObject[]).map(compile),
            (count) => count === 1,
            "must match exactly one of the alternatives",
          ),
        ]),
  ];
}

/** Defaults are those of the first alternative that matches. */
function oneMatching(checks: readonly Check[], holds: (count: number) => boolean, message: string): Check {
  return (value, path, report) => {
    const matching: Json[] = [];
    let closest: SchemaMismatch[] | undefined;
    for (const check of checks) {
      const found: SchemaMismatch[] = [];
      const result = check(
        value,
        path,
        (at, what) => found.length < maxIssues && found.push({ path: at, message: what }),
      );
      if (found.length === 0) matching.push(result);
      else if (closest === undefined || found.length < closest.length) closest = found;
    }
    if (holds(matching.length)) return matching[0]!;
    const [first] = closest ?? [];
    const detail =
      matching.length === 0 && first !== undefined
        ? `; nearest: ${first.path.slice(path.length).join(".")} ${first.message}`
        : "";
    report(path, message + detail);
    return value;
  };
}

function test(holds: (value: Json) => boolean, message: (value: Json) => string): Check {
  return (value, path, report) => {
    if (!holds(value)) report(path, message(value));
    return value;
  };
}

function hasType(value: Json, type: string): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isPlainObject(value);
  return type === "null" ? value === null : typeof value === type;
}

function nameOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `the ${typeof value} ${shown(value)}`;
}

const articled = (type: string): string =>
  type === "null" ? "null" : /^[aio]/.test(type) ? `an ${type}` : `a ${type}`;

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Characters are code points, as JSON Schema says. */
function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (
    typeof a !== "object" ||
    typeof b !== "object" ||
    a === null ||
    b === null ||
    Array.isArray(a) !== Array.isArray(b)
  )
    return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson((a as JsonObject)[key]!, (b as JsonObject)[key]!))
  );
}
