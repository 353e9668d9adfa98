import { articled } from "../errors/articled.ts";
import { isPlainObject, type Json, type JsonObject } from "../json/json.ts";
import { AllowedValues } from "./allowed-values.ts";
import { PatternSearch } from "./pattern.ts";
import { shownJson, type Visit } from "./visit.ts";

/** Checks a value without its parts. Returns the problem as a message that is created when it is shown. */
export type Test = (value: Json, visit: Visit) => (() => string) | undefined;

/** The keywords of a schema that check a value as a whole. */
export function testsOf(schema: JsonObject): Test[] {
  return [
    ...typeTest(schema["type"]),
    ...constantTests(schema),
    ...rangeTests(schema),
    ...textTests(schema),
    ...countTests(schema),
  ];
}

function typeTest(type: Json | undefined): Test[] {
  if (type === undefined) return [];
  const allowed = ([] as Json[]).concat(type) as string[];
  return [
    (value) =>
      allowed.some((name) => hasType(value, name))
        ? undefined
        : () => `must be ${allowed.map(articled).join(" or ")}, but is ${nameOf(value)}`,
  ];
}

function constantTests({ enum: allowed, const: only }: JsonObject): Test[] {
  const tests: Test[] = [];
  if (allowed !== undefined) {
    const values = new AllowedValues(allowed as Json[]);
    tests.push((value, visit) => (values.has(value, visit) ? undefined : () => `must be one of ${shownJson(allowed)}`));
  }
  if (only !== undefined) {
    const value = new AllowedValues([only]);
    tests.push((given, visit) => (value.has(given, visit) ? undefined : () => `must be ${shownJson(only)}`));
  }
  return tests;
}

function rangeTests(schema: JsonObject): Test[] {
  const bound = (keyword: string, holds: (value: number, limit: number) => boolean, word: string): Test[] => {
    const limit = schema[keyword];
    if (typeof limit !== "number") return [];
    return [
      (value) => (typeof value !== "number" || holds(value, limit) ? undefined : () => `must be ${word} ${limit}`),
    ];
  };
  return [
    ...bound("minimum", (value, limit) => value >= limit, "at least"),
    ...bound("maximum", (value, limit) => value <= limit, "at most"),
    ...bound("exclusiveMinimum", (value, limit) => value > limit, "more than"),
    ...bound("exclusiveMaximum", (value, limit) => value < limit, "less than"),
  ];
}

/** Lengths are checked before the pattern, so a string that is too long is not searched. */
function textTests(schema: JsonObject): Test[] {
  const { minLength, maxLength, pattern } = schema;
  const search = pattern === undefined ? undefined : new PatternSearch(schema);
  if (typeof minLength !== "number" && typeof maxLength !== "number" && search === undefined) return [];
  return [
    (value, visit) => {
      if (typeof value !== "string") return undefined;
      if (typeof minLength === "number" && !hasLength(value, minLength, visit))
        return () => `must have at least ${minLength} characters`;
      if (typeof maxLength === "number" && hasLength(value, maxLength + 1, visit))
        return () => `must have at most ${maxLength} characters`;
      if (search === undefined) return undefined;
      const cost = search.costOf(value);
      if (cost === undefined)
        return () =>
          `is too long for its pattern: it has ${value.length} characters, of which at most ${search.maxLength} are searched`;
      visit.spend(cost);
      return search.finds(value) ? undefined : () => `must match ${String(pattern)}`;
    },
  ];
}

function countTests({ minItems, maxItems }: JsonObject): Test[] {
  const tests: Test[] = [];
  if (typeof minItems === "number")
    tests.push((value) =>
      !Array.isArray(value) || value.length >= minItems ? undefined : () => `must have at least ${minItems} items`,
    );
  if (typeof maxItems === "number")
    tests.push((value) =>
      !Array.isArray(value) || value.length <= maxItems ? undefined : () => `must have at most ${maxItems} items`,
    );
  return tests;
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
  return typeof value === "object" ? "an object" : `the ${typeof value} ${shownJson(value)}`;
}

/** Whether a string has at least this number of characters. Characters are code points, as in JSON Schema: one or two units. */
function hasLength(text: string, least: number, visit: Visit): boolean {
  if (text.length < least) return false;
  if (text.length >= least * 2) return true;
  visit.spend(text.length >> 4);
  let length = 0;
  for (const _ of text) if ((length += 1) >= least) return true;
  return least <= 0;
}
