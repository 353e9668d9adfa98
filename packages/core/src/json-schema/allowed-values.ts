import type { Json, JsonObject } from "../json/json.ts";
import type { Visit } from "./visit.ts";

/** The values of an `enum` or a `const`: looked up, not searched. */
export class AllowedValues {
  /** Scalars by identity: JSON has no NaN, and 0 and -0 are one number. */
  readonly #scalars = new Set<Json>();
  readonly #composites = new Set<string>();
  /** A value with more parts than the largest allowed one cannot be one of them. */
  #maxParts = 0;

  constructor(values: readonly Json[]) {
    for (const value of values) {
      if (typeof value !== "object" || value === null) this.#scalars.add(value);
      else {
        const { key, parts } = keyOf(value, Infinity)!;
        this.#composites.add(key);
        this.#maxParts = Math.max(this.#maxParts, parts);
      }
    }
  }

  has(value: Json, visit: Visit): boolean {
    if (typeof value !== "object" || value === null) return this.#scalars.has(value);
    if (this.#composites.size === 0) return false;
    visit.spend(this.#maxParts);
    const found = keyOf(value, this.#maxParts);
    return found !== undefined && this.#composites.has(found.key);
  }
}

/** A text that is the same for equal values: names are sorted. Undefined for a value with too many parts. */
function keyOf(value: Json, maxParts: number): { readonly key: string; readonly parts: number } | undefined {
  let parts = 0;
  const write = (part: Json): string | undefined => {
    if ((parts += 1) > maxParts) return undefined;
    if (typeof part !== "object" || part === null) return JSON.stringify(part === 0 ? 0 : part);
    const isList = Array.isArray(part);
    const written: string[] = [];
    for (const key of isList ? part.keys() : Object.keys(part).toSorted()) {
      const entry = write((part as JsonObject)[key]!);
      if (entry === undefined) return undefined;
      written.push(isList ? entry : `${JSON.stringify(key)}:${entry}`);
    }
    return isList ? `[${written.join(",")}]` : `{${written.join(",")}}`;
  };
  const key = write(value);
  return key === undefined ? undefined : { key, parts };
}
