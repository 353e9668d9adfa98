import { jsonLength } from "../json/json-length.ts";
import type { Json } from "../json/json.ts";
import { expressionFailed } from "./failure.ts";
import { toBase64 } from "./functions/base64.ts";
import { expressionLimits } from "./limits.ts";
import type { Meter } from "./meter.ts";
import { Duration } from "./values/duration.ts";
import { mapEntries, type CelMap } from "./values/map.ts";
import { Optional } from "./values/optional.ts";
import { timeText } from "./values/time-text.ts";
import { Timestamp } from "./values/timestamp.ts";
import { TypeValue } from "./values/type-value.ts";
import { Uint } from "./values/uint.ts";

/**
 * A CEL value as JSON, frozen: integers become numbers, an optional its value or null, timestamps, durations and bytes
 * take their CEL JSON form. A frozen value is data from the scope: alone it is returned unchanged, whatever its size; inside
 * a value that was built it counts as its JSON.
 *
 * @throws IceError `ICE_EXPRESSION_FAILED` for a value without JSON form, `ICE_EXPRESSION_LIMIT` for a built value that is too large.
 */
export function toJsonResult(value: unknown, meter: Meter): Json {
  if (isData(value)) return value;
  const converter = new Converter(meter);
  const result = converter.convert(value, 0);
  meter.gives(converter.length);
  return result;
}

/** Compact JSON of a CEL value. Its length is counted before it is built. */
export function jsonText(value: unknown, meter: Meter, { sortKeys = false } = {}): string {
  meter.work(startWork);
  const converter = new Converter(meter);
  const json = converter.convert(value, 0);
  meter.built(converter.length, converter.length * writtenWork);
  return JSON.stringify(sortKeys ? sorted(json) : json);
}

/** Maximum length of a string that may be built, with its quotes. */
const longest = expressionLimits.builtLength + 2;

/** Cost of writing JSON, and of each character of it, in characters processed. */
const startWork = 512;
const writtenWork = 7;

/** With the keys of all maps sorted, so that equal values have equal texts. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}

/** A frozen list or object. Lists that comprehensions and functions create are not frozen. */
function isData(value: unknown): value is Json {
  return (
    typeof value === "object" && value !== null && Object.isFrozen(value) && (Array.isArray(value) || isObject(value))
  );
}

function isObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

class Converter {
  /** Characters, as JSON, converted so far. */
  length = 0;
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  convert(value: unknown, depth: number): Json {
    if (depth > expressionLimits.builtDepth) this.#meter.refuse(`a value deeper than ${expressionLimits.builtDepth}`);
    if (typeof value === "string" || typeof value === "boolean" || value === null || isData(value))
      return this.#data(value);
    if (typeof value === "number") return this.#data(finite(value));
    if (typeof value === "bigint") return this.#data(safeInteger(value));
    if (Array.isArray(value)) {
      this.#open(value.length);
      return Object.freeze(value.map((entry) => this.convert(entry, depth + 1)));
    }
    return this.#object(value as object, depth);
  }

  #object(value: object, depth: number): Json {
    if (value instanceof Optional)
      return value.value === undefined ? this.#data(null) : this.convert(value.value, depth);
    if (value instanceof Timestamp || value instanceof Duration) return this.#data(timeText(value, this.#meter));
    if (value instanceof Uint8Array) {
      this.#count(Math.ceil(value.length / 3) * 4 + 2);
      return toBase64(value);
    }
    if (value instanceof Uint) return this.#data(safeInteger(value.value));
    if (value instanceof TypeValue)
      throw expressionFailed(
        `The result is the type ${value.name}, and a type has no JSON form.`,
        "compare it: `type(x) == string`",
      );
    return this.#map(value as CelMap, depth);
  }

  #map(value: CelMap, depth: number): Json {
    const map: Record<string, Json> = {};
    const entries = mapEntries(value);
    this.#open(entries.length);
    for (const [key, entry] of entries) {
      const name = String(key);
      if (name === "__proto__")
        throw expressionFailed("A map in the result has the key `__proto__`, which is not allowed.", "use another key");
      if (Object.hasOwn(map, name))
        throw expressionFailed(
          `Two keys of a map in the result both become ${JSON.stringify(name.slice(0, 40))} in JSON.`,
          "use keys of the same type",
        );
      this.#count(jsonLength(name) + 1);
      map[name] = this.convert(entry, depth + 1);
    }
    return Object.freeze(map);
  }

  #data(value: Json): Json {
    this.#count(jsonLength(value, longest));
    return value;
  }

  /** Brackets, and commas between the parts. */
  #open(parts: number): void {
    this.#count(parts === 0 ? 2 : parts + 1);
  }

  #count(length: number): void {
    this.length += length;
    if (this.length > longest)
      this.#meter.refuse(`a value of more than ${expressionLimits.builtLength} characters as JSON`);
  }
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw expressionFailed(
    `The result is ${value}, which is not a JSON number.`,
    "guard it, for example against a division by zero: `y != 0 ? x / y : 0`",
  );
}

function safeInteger(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw expressionFailed(
    `The result is the integer ${value}, which a JSON number cannot represent exactly.`,
    "keep integers below 2^53, or return it as a string: `string(x)`",
  );
}
