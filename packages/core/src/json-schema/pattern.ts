import { RE2JS } from "re2js";
import { dearParts } from "../expression/pattern-parts.ts";
import type { JsonObject } from "../json/json.ts";

/** Characters of one pattern. */
export const maxPatternLength = 1024;

/** States of all patterns of a blueprint together, each pattern once: at most about two seconds of compiling. */
const maxStates = 250_000;

/** Maximum cost of parsing one pattern, in states: about 40 ms. */
const maxReading = 5000;

/** Characters × states of one search, about 40 ms at worst: it cannot be interrupted. */
const maxSearch = 10_000_000;

/** Steps of a check that are charged for a search. */
const searchedPerStep = 25;

/** Compiled once, when a schema is checked or first used; kept as long as the schema. */
const compiled = new WeakMap<JsonObject, RE2JS>();

/** The cost of the patterns of one blueprint so far. */
export class PatternBudget {
  readonly #known = new Map<string, RE2JS | undefined>();
  #states = 0;

  /** Compiles the pattern of a schema, or returns its problem. */
  check(schema: JsonObject, pattern: string): "fits" | "isNone" | "isTooMuch" {
    if (this.#known.has(pattern)) {
      const known = this.#known.get(pattern);
      if (known !== undefined) compiled.set(schema, known);
      return known === undefined ? "isNone" : "fits";
    }
    const reading = readingOf(pattern);
    if (this.#states > maxStates || reading > maxReading) return "isTooMuch";
    this.#states += reading; // also of one that turns out to be none
    const found = compile(pattern);
    this.#known.set(pattern, found);
    if (found === undefined) return "isNone";
    this.#states += found.programSize();
    compiled.set(schema, found);
    return "fits";
  }
}

function readingOf(pattern: string): number {
  const { classes, foldedRanges } = dearParts(pattern);
  return 24 * classes + 170 * foldedRanges;
}

function compile(pattern: string): RE2JS | undefined {
  if (pattern.length > maxPatternLength) return undefined;
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined; // not an RE2 regular expression: that is the finding
  }
}

/** Searches strings for the pattern of a schema; compiles it at the first search. */
export class PatternSearch {
  readonly #schema: JsonObject;
  #pattern: RE2JS | undefined;

  constructor(schema: JsonObject) {
    this.#schema = schema;
  }

  /** Steps of a search; undefined if the string is too long for the pattern. */
  costOf(text: string): number | undefined {
    const cost = text.length * this.#compiled().programSize();
    return cost > maxSearch ? undefined : Math.ceil(cost / searchedPerStep);
  }

  /** Length of the longest string that is searched. */
  get maxLength(): number {
    return Math.floor(maxSearch / this.#compiled().programSize());
  }

  finds(text: string): boolean {
    return this.#compiled().matcher(text).find();
  }

  #compiled(): RE2JS {
    return (this.#pattern ??= compiled.get(this.#schema) ?? RE2JS.compile(this.#schema["pattern"] as string));
  }
}
