import { shorten } from "../errors/shorten.ts";
import type { Keys } from "../json/json-pointer.ts";
import type { Json, JsonObject } from "../json/json.ts";

/** A position at which a value does not match, with a message. */
export interface SchemaMismatch {
  readonly keys: Keys;
  readonly message: string;
  /** True of a property that no value may have here, whatever it holds. */
  readonly isUnknown?: boolean;
}

/** Maximum number of mismatches that are reported. */
const maxMismatches = 20;

/** Maximum steps of one check; about 3 s of work. They also bound what a check caches. */
const maxSteps = 30_000_000;

/** Number of steps between two pauses of a check: about 50 µs. */
const stepsBetweenPauses = 500;

/** Maximum nesting of schemas during a check: 64 levels of the value, each with alternatives and references. */
const maxNesting = 1000;

/** Ends a check that takes too many steps, or that nests too deep; it never leaves this folder. */
export class CheckLimit extends Error {}

/** A position in the value, as a linked list that shares its beginning: full paths are built only for mismatches. */
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

/** Collects mismatches, with paths relative to the position at which collecting began. */
export class Mismatches {
  readonly list: SchemaMismatch[] = [];
  readonly #from: number;

  constructor(from: Place | undefined) {
    this.#from = depthOf(from);
  }

  /** True if no more mismatches are kept, so that the check can stop. */
  get full(): boolean {
    return this.list.length >= maxMismatches;
  }

  add(place: Place | undefined, message: () => string): void {
    if (!this.full) this.list.push({ keys: this.#keysOf(place), message: message() });
  }

  addUnknown(place: Place, message: () => string): void {
    if (!this.full) this.list.push({ keys: this.#keysOf(place), message: message(), isUnknown: true });
  }

  /** Adds the mismatches found at a position, with paths relative to it. */
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

/** The result of checking a value against a schema, with paths relative to the value. */
export interface Verdict {
  readonly value: Json;
  readonly mismatches: readonly SchemaMismatch[];
}

/** One check of one value: its cost so far, and its cache. */
export class Visit {
  #steps = 0;
  #pauseAt = stepsBetweenPauses;
  #nesting = 0;
  readonly #remembered = new Map<Json, Map<object, Verdict>>();

  /** Counts steps. @throws CheckLimit */
  spend(steps: number): void {
    if ((this.#steps += steps) > maxSteps)
      throw new CheckLimit(
        `takes more than ${maxSteps} steps to validate: simplify the schema (fewer alternatives and references), or pass less data`,
      );
  }

  /** True once when it is time for a pause. */
  isPauseDue(): boolean {
    if (this.#steps < this.#pauseAt) return false;
    this.#pauseAt = this.#steps + stepsBetweenPauses;
    return true;
  }

  /** @throws CheckLimit */
  enter(): void {
    if ((this.#nesting += 1) > maxNesting)
      throw new CheckLimit(`needs more than ${maxNesting} nested schemas to validate: simplify the schema`);
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

/** A value in a message, as JSON. Lists and objects are abbreviated. */
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
