import { shorten } from "../errors/shorten.ts";
import type { Keys } from "../json/json-pointer.ts";
import type { Json, JsonObject } from "../json/json.ts";

/** A place where a value does not match, in words. */
export interface SchemaMismatch {
  readonly keys: Keys;
  readonly message: string;
  /** True of a property that no value may have here, whatever it holds. */
  readonly isUnknown?: boolean;
}

/** Most mismatches that are reported. */
const maxMismatches = 20;

/** Steps of one check; about 3 s of work. What a check remembers is bounded with them. */
const maxSteps = 30_000_000;

/** After how many steps a check may pause: about 50 µs. */
const stepsBetweenPauses = 500;

/** How deep schemas nest while a value is checked: 64 levels of the value, each with alternatives and references. */
const maxNesting = 1000;

/** Ends a check that takes too many steps, or that nests too deep; it never leaves this folder. */
export class CheckLimit extends Error {}

/** A place in the value, as a list that shares its beginning: paths are written out for mismatches alone. */
export interface Place {
  readonly parent: Place | undefined;
  readonly key: string | number;
  readonly depth: number;
}

export const depthOf = (place: Place | undefined): number => place?.depth ?? 0;

export const below = (parent: Place | undefined, key: string | number): Place => ({
  parent,
  key,
  depth: depthOf(parent) + 1,
});

/** Collects mismatches, with paths from the place where the collecting began. */
export class Mismatches {
  readonly list: SchemaMismatch[] = [];
  readonly #from: number;

  constructor(from: Place | undefined) {
    this.#from = depthOf(from);
  }

  /** True when no more is kept: then nothing more needs to be looked for. */
  get full(): boolean {
    return this.list.length >= maxMismatches;
  }

  add(place: Place | undefined, message: () => string): void {
    if (!this.full) this.list.push({ keys: this.#keysOf(place), message: message() });
  }

  addUnknown(place: Place, message: () => string): void {
    if (!this.full) this.list.push({ keys: this.#keysOf(place), message: message(), isUnknown: true });
  }

  /** Takes over what was found at a place, with paths from there. */
  absorb(place: Place | undefined, found: readonly SchemaMismatch[]): void {
    for (const mismatch of found) {
      if (this.full) return;
      this.list.push({ ...mismatch, keys: [...this.#keysOf(place), ...mismatch.keys] });
    }
  }

  #keysOf(place: Place | undefined): (string | number)[] {
    const keys: (string | number)[] = [];
    for (let at = place; depthOf(at) > this.#from; at = at!.parent) keys.push(at!.key);
    return keys.toReversed();
  }
}

/** What came of a schema and a value, paths from the value. */
export interface Verdict {
  readonly value: Json;
  readonly mismatches: readonly SchemaMismatch[];
}

/** One check of one value: what it has cost, and what it remembers. */
export class Visit {
  #steps = 0;
  #pauseAt = stepsBetweenPauses;
  #nesting = 0;
  readonly #remembered = new Map<Json, Map<object, Verdict>>();

  /** Counts steps. @throws CheckLimit */
  spend(steps: number): void {
    if ((this.#steps += steps) > maxSteps)
      throw new CheckLimit(
        `takes more than ${maxSteps} steps to check: simplify the schema (fewer alternatives and references), or give less data`,
      );
  }

  /** True when it is time for a pause, once. */
  isPauseDue(): boolean {
    if (this.#steps < this.#pauseAt) return false;
    this.#pauseAt = this.#steps + stepsBetweenPauses;
    return true;
  }

  /** @throws CheckLimit */
  enter(): void {
    if ((this.#nesting += 1) > maxNesting)
      throw new CheckLimit(`takes more than ${maxNesting} schemas inside each other to check: simplify the schema`);
  }

  leave(): void {
    this.#nesting -= 1;
  }

  recall(schema: object, value: Json): Verdict | undefined {
    return this.#remembered.get(value)?.get(schema);
  }

  remember(schema: object, value: Json, verdict: Verdict): void {
    const known = this.#remembered.get(value);
    if (known === undefined) this.#remembered.set(value, new Map([[schema, verdict]]));
    else known.set(schema, verdict);
  }
}

/** A value in a message, as JSON. Of a list or an object only the beginning is written. */
export function shownJson(value: Json): string {
  if (typeof value === "string") return JSON.stringify(shorten(value, 80));
  if (typeof value !== "object" || value === null) return String(value);
  const isList = Array.isArray(value);
  const parts: string[] = [];
  let length = 0;
  for (const key of isList ? value.keys() : Object.keys(value)) {
    if (length > 80) {
      parts.push("…");
      break;
    }
    const entry = shownJson((value as JsonObject)[key]!);
    const part = isList ? entry : `${JSON.stringify(shorten(String(key), 80))}:${entry}`;
    length += part.length;
    parts.push(part);
  }
  return isList ? `[${parts.join(",")}]` : `{${parts.join(",")}}`;
}
