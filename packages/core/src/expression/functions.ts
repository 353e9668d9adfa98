import type { Environment } from "@marcbachmann/cel-js";
import { RE2JS } from "re2js";
import { isPlainObject } from "../json/json.ts";
import { expressionFailed } from "./failure.ts";
import { toJsonResult } from "./json-result.ts";
import { expressionLimits } from "./limits.ts";
import { sizeOf, type Meter } from "./meter.ts";

/** A CEL number: integers are BigInt, doubles are numbers. */
type Numeric = number | bigint;

/**
 * Functions beyond the CEL standard: all global, never methods. Integers stay integers where that is natural (`sum`, `abs`,
 * `min`, `max`); `avg`, `round`, `floor` and `ceil` give doubles.
 */
export function registerFunctions(environment: Environment, meter: () => Meter): void {
  const define = (signature: string, handler: (...args: never[]) => unknown): void => {
    environment.registerFunction(signature, handler);
  };

  define("sum(dyn): dyn", (list: unknown) => sum(numbers("sum", list, meter())));
  define("avg(dyn): dyn", (list: unknown) => {
    const values = numbers("avg", list, meter());
    if (values.length === 0)
      throw expressionFailed("avg of an empty list has no value.", "guard it: size(list) > 0 ? avg(list) : 0");
    return Number(sum(values)) / values.length;
  });
  define("min(dyn): dyn", (list: unknown) => extreme("min", list, meter(), (a, b) => a < b));
  define("max(dyn): dyn", (list: unknown) => extreme("max", list, meter(), (a, b) => a > b));
  define("round(dyn): dyn", (x: unknown) => roundTo(number("round", x), 0));
  define("round(dyn, dyn): dyn", (x: unknown, digits: unknown) =>
    roundTo(number("round", x), integer("round", digits, 0, 15)),
  );
  define("floor(dyn): dyn", (x: unknown) => Math.floor(number("floor", x)));
  define("ceil(dyn): dyn", (x: unknown) => Math.ceil(number("ceil", x)));
  define("abs(dyn): dyn", (x: unknown) => (typeof x === "bigint" ? (x < 0n ? -x : x) : Math.abs(number("abs", x))));

  define("sort(dyn): dyn", (list: unknown) => sorted(items("sort", list, meter()), (value) => value));
  define("sort(dyn, string): dyn", (list: unknown, key: string) =>
    sorted(items("sort", list, meter()), (value) => member("sort", value, key)),
  );
  define("reverse(dyn): dyn", (list: unknown) => items("reverse", list, meter()).toReversed());
  define("distinct(dyn): dyn", (list: unknown) => {
    meter().workOn(list);
    return [
      ...new Map(
        items("distinct", list, meter())
          .map((value) => [identityOf(value), value] as const)
          .toReversed(),
      ).values(),
    ].toReversed();
  });
  define("flatten(dyn): dyn", (list: unknown) => {
    const lists = items("flatten", list, meter());
    meter().built(lists.reduce<number>((total, value) => total + (Array.isArray(value) ? value.length : 1), 0));
    return lists.flat(1);
  });
  define("keys(dyn): dyn", (map: unknown) => Object.keys(entries("keys", map, meter())));
  define("values(dyn): dyn", (map: unknown) => Object.values(entries("values", map, meter())));
  define("merge(dyn, dyn): dyn", (a: unknown, b: unknown) => ({
    ...entries("merge", a, meter()),
    ...entries("merge", b, meter()),
  }));

  define("json(dyn): string", (value: unknown) => {
    const text = JSON.stringify(toJsonResult(value, meter()));
    meter().built(text.length);
    return text;
  });
  define("parseJson(dyn): dyn", (source: unknown) => parseJson(text("parseJson", source, meter()), meter()));
  define("range(dyn): dyn", (count: unknown) => {
    const length = integer("range", count, 0, Number.MAX_SAFE_INTEGER);
    if (length > expressionLimits.rangeLength)
      meter().refuse(`range(${length}); at most range(${expressionLimits.rangeLength})`);
    meter().elements(length);
    return Array.from({ length }, (_, index) => BigInt(index));
  });
  define("join(dyn, string): string", (list: unknown, separator: string) =>
    joined(items("join", list, meter()), separator, meter()),
  );
  define("lower(dyn): string", (s: unknown) => text("lower", s, meter()).toLowerCase());
  define("upper(dyn): string", (s: unknown) => text("upper", s, meter()).toUpperCase());
  define("trim(dyn): string", (s: unknown) => text("trim", s, meter()).trim());
  define("replace(dyn, string, string): string", (s: unknown, from: string, to: string) =>
    replaced(text("replace", s, meter()), from, to, meter()),
  );

  const patterns = new Map<string, RE2JS>();
  define(`${matchesFunction}(dyn, dyn): bool`, (s: unknown, pattern: unknown) => {
    const subject = text("matches", s, meter());
    meter().work(subject.length * 16); // RE2 is linear, but its steps cost more than a character's
    return compilePattern(text("matches", pattern, meter()), patterns)
      .matcher(subject)
      .find();
  });
}

/** `matches` of the standard runs on JavaScript's backtracking engine and cannot be replaced; calls of it are renamed to this. */
export const matchesFunction = "ice_matches";

/** Names of the functions above, for "did you mean". */
export const functionNames: readonly string[] =
  "sum avg min max round floor ceil abs sort reverse distinct flatten keys values merge json parseJson range join lower upper trim replace".split(
    " ",
  );

function compilePattern(pattern: string, cache: Map<string, RE2JS>): RE2JS {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  if (pattern.length > expressionLimits.patternLength)
    throw expressionFailed(
      `A regular expression has ${pattern.length} characters; at most ${expressionLimits.patternLength}.`,
      "use a shorter pattern",
    );
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (cause) {
    throw expressionFailed(
      `"${pattern}" is not a regular expression of RE2.`,
      "see https://github.com/google/re2/wiki/Syntax",
      cause,
    );
  }
  if (cache.size >= 100) cache.clear();
  cache.set(pattern, compiled);
  return compiled;
}

function wrongType(name: string, wanted: string, value: unknown): Error {
  return expressionFailed(`${name}() needs ${wanted}, but got ${kindOf(value)}.`, `give it ${wanted}`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "bigint" || typeof value === "number") return "a number";
  if (typeof value === "object") return "a map";
  return `a ${typeof value === "boolean" ? "bool" : typeof value}`;
}

function number(name: string, value: unknown): number {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  throw wrongType(name, "a number", value);
}

function integer(name: string, value: unknown, least: number, most: number): number {
  const result = number(name, value);
  if (Number.isInteger(result) && result >= least && result <= most) return result;
  throw expressionFailed(
    `${name}() needs a whole number from ${least} to ${most}, but got ${result}.`,
    "correct the number",
  );
}

function text(name: string, value: unknown, meter: Meter): string {
  if (typeof value !== "string") throw wrongType(name, "a string", value);
  meter.elements(value.length);
  return value;
}

function items(name: string, value: unknown, meter: Meter): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(name, "a list", value);
  meter.work(value.length);
  return value;
}

function entries(name: string, value: unknown, meter: Meter): Record<string, unknown> {
  if (!isPlainObject(value)) throw wrongType(name, "a map", value);
  meter.elements(sizeOf(value));
  return value;
}

function numbers(name: string, list: unknown, meter: Meter): readonly Numeric[] {
  const values = items(name, list, meter);
  const wrong = values.findIndex((value) => typeof value !== "number" && typeof value !== "bigint");
  if (wrong >= 0)
    throw expressionFailed(
      `${name}() needs numbers, but item ${wrong} is ${kindOf(values[wrong])}.`,
      "leave other values out: list.filter(x, type(x) == double)",
    );
  return values as readonly Numeric[];
}

function sum(values: readonly Numeric[]): Numeric {
  if (values.length > 0 && values.every((value) => typeof value === "bigint"))
    return values.reduce((a, b) => a + b, 0n);
  return values.length === 0 ? 0n : values.reduce<number>((a, b) => a + Number(b), 0);
}

/** @throws when values of different kinds, or of kinds without an order, would have to be compared. */
function checkOrdered(name: string, values: readonly unknown[]): void {
  const kinds = new Set(values.map((value) => (typeof value === "bigint" ? "number" : typeof value)));
  if (kinds.size > 1 || [...kinds].some((kind) => kind !== "number" && kind !== "string"))
    throw expressionFailed(
      `${name}() needs values of one kind, numbers or strings.`,
      "convert them first: list.map(x, string(x))",
    );
}

function extreme(
  name: string,
  list: unknown,
  meter: Meter,
  better: (a: Numeric | string, b: Numeric | string) => boolean,
): unknown {
  const values = items(name, list, meter);
  if (values.length === 0)
    throw expressionFailed(`${name} of an empty list has no value.`, `guard it: size(list) > 0 ? ${name}(list) : 0`);
  checkOrdered(name, values);
  return values.reduce((best, value) => (better(value as Numeric, best as Numeric) ? value : best));
}

function sorted(list: readonly unknown[], keyOf: (value: unknown) => unknown): unknown[] {
  const keyed = list.map((value) => ({ value, key: keyOf(value) as Numeric }));
  checkOrdered(
    "sort",
    keyed.map(({ key }) => key),
  );
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ value }) => value);
}

function member(name: string, value: unknown, key: string): unknown {
  if (isPlainObject(value) && Object.hasOwn(value, key)) return value[key];
  throw expressionFailed(
    `${name}() found an item without "${key}".`,
    `leave such items out: list.filter(x, has(x.${key}))`,
  );
}

/** Equal values have equal identities: 1 and 1.0, maps whatever the order of their keys. */
function identityOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint") return Number(part);
    return isPlainObject(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part;
  });
}

/** Rounds half away from zero, in decimal: round(1.005, 2) is 1.01. */
function roundTo(value: number, digits: number): number {
  const text = String(Math.abs(value));
  if (text.includes("e") || !Number.isFinite(value)) return value;
  return Math.sign(value) * Number(`${Math.round(Number(`${text}e${digits}`))}e-${digits}`);
}

function joined(list: readonly unknown[], separator: string, meter: Meter): string {
  const parts = list.map((value) => (typeof value === "string" ? value : JSON.stringify(toJsonResult(value, meter))));
  meter.built(parts.reduce((total, part) => total + part.length + separator.length, 0));
  return parts.join(separator);
}

function replaced(subject: string, from: string, to: string, meter: Meter): string {
  if (from === "")
    throw expressionFailed(
      "replace() needs something to look for, but got an empty string.",
      "give it a string that is not empty",
    );
  const parts = subject.split(from);
  meter.built(subject.length + (parts.length - 1) * Math.max(0, to.length - from.length));
  return parts.join(to);
}

function parseJson(source: string, meter: Meter): unknown {
  meter.built(source.length);
  checkDepth(source, meter);
  try {
    return JSON.parse(source, (key, value: unknown) => (key === "__proto__" ? undefined : value));
  } catch (cause) {
    throw expressionFailed(
      "parseJson() got a string that is not JSON.",
      "check the text, or where it comes from",
      cause,
    );
  }
}

function checkDepth(source: string, meter: Meter): void {
  let depth = 0;
  for (const character of source.replace(/"(?:[^"\\]|\\.)*"/g, "")) {
    if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    if (depth > expressionLimits.builtDepth) meter.refuse(`JSON deeper than ${expressionLimits.builtDepth}`);
  }
}
