import { IceError } from "../errors/ice-error.ts";
import type { Json } from "./json.ts";
import { OwnJson } from "./own-json.ts";
import type { Steps } from "../time/steps.ts";

/** Deepest value that may cross a node boundary. */
export const maxJsonDepth = 1000;

/**
 * What an executor returned, as JSON: a deep-frozen copy, so that neither the producer nor a consumer can change it later.
 *
 * `undefined` becomes null; an object with `toJSON` (a Date, a URL) gives its JSON; everything else that is not JSON (BigInt,
 * functions, symbols, NaN, Infinity, cycles, Maps, class instances, keys `__proto__`) is refused. Depth is at most 1,000.
 * A value that this function made before is shared, not copied. Beyond 10,000 parts, one that stands in several places is copied
 * once, so that the time is that of the distinct parts.
 *
 * @throws IceError `ICE_OUTPUT_NOT_JSON` naming the place inside the value; `details.path` leads there, `details.problem` says what
 * is wrong with it.
 */
export function normalizeJson(value: unknown): Json {
  return flatCopy(value) ?? copyAny(value, undefined, new Copies());
}

/** Most outputs are a record of a few texts and numbers, which needs no places to copy. Undefined for everything else. */
function flatCopy(value: unknown): Json | undefined {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return undefined;
  if (OwnJson.has(value)) return value as Json;
  const copy: Record<string, Json> = {};
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key];
    if (!isScalar(part) || key === "__proto__" || !Object.hasOwn(value, key)) return undefined;
    copy[key] = part;
  }
  return Object.freeze(OwnJson.mark(copy));
}

const isScalar = (part: unknown): part is string | number | boolean | null =>
  typeof part === "string" || typeof part === "boolean" || part === null || Number.isFinite(part);

/** Objects and lists that are frozen between two pauses: about 0.1 ms. */
const partsBetweenPauses = 200;

/**
 * Makes a value that `JSON.parse` has just made one of ours, in place and with pauses: without keys `__proto__`, frozen, and not
 * copied again by `normalizeJson`.
 *
 * @param value - at most 1,000 deep, of which the caller has made sure (`countJsonParts`); no one else has it.
 */
export function* ownParsedJson(value: Json): Steps<Json> {
  const open: Json[] = [value];
  for (let part = open.pop(), parts = 1; part !== undefined; part = open.pop(), parts += 1) {
    if (parts % partsBetweenPauses === 0) yield;
    if (typeof part !== "object" || part === null) continue;
    if (Object.hasOwn(part, "__proto__")) delete (part as Record<string, Json>)["__proto__"];
    for (const entry of Array.isArray(part) ? (part as readonly Json[]) : Object.values(part))
      if (typeof entry === "object" && entry !== null) open.push(entry);
    Object.freeze(OwnJson.mark(part));
  }
  return value;
}

/** A value that is being copied, and where in it the copying is: at a key, or at the JSON of the value itself. */
interface Place {
  readonly holder: object;
  key: string | number | undefined;
  readonly up: Place | undefined;
  readonly depth: number;
}

/** What has been copied, from the 10,000th part on: to remember a part costs as much as to copy it. */
class Copies {
  #parts = 0;
  #known: Map<object, Json> | undefined;

  of(value: object): Json | undefined {
    return this.#known?.get(value);
  }

  keep(value: object, copy: Json): Json {
    this.#parts += 1;
    if (this.#parts > 10_000) (this.#known ??= new Map()).set(value, copy);
    return copy;
  }
}

function copyAny(value: unknown, place: Place | undefined, copies: Copies): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "undefined":
      return null;
    case "number":
      if (Number.isFinite(value)) return value;
      break;
    case "object":
      return value === null ? null : copyObject(value, place, copies);
  }
  throw notJson(value, place);
}

function copyObject(value: object, place: Place | undefined, copies: Copies): Json {
  if (OwnJson.has(value)) return value as Json;
  const known = copies.of(value);
  if (known !== undefined) return known;
  for (let outer = place; outer !== undefined; outer = outer.up)
    if (outer.holder === value)
      throw refused(pathOf(place), "refers back to a value that holds it (a cycle)", "return a tree");
  if (place !== undefined && place.depth > maxJsonDepth)
    throw refused(pathOf(place).slice(0, 8), `nests deeper than ${maxJsonDepth}`, "return a flatter value");
  return copies.keep(value, Array.isArray(value) ? copyArray(value, place, copies) : copyRecord(value, place, copies));
}

function copyArray(value: readonly unknown[], outer: Place | undefined, copies: Copies): Json {
  const copy = new Array<Json>(value.length);
  const place = placeIn(value, outer);
  for (let index = 0; index < value.length; index += 1) {
    place.key = index;
    copy[index] = copyAny(value[index], place, copies);
  }
  return Object.freeze(OwnJson.mark(copy));
}

function copyRecord(value: object, outer: Place | undefined, copies: Copies): Json {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    if ("toJSON" in value && typeof value.toJSON === "function")
      return copyAny(value.toJSON(), placeIn(value, outer), copies);
    throw notJson(value, outer);
  }
  const copy: Record<string, Json> = {};
  const place = placeIn(value, outer);
  for (const key of Object.keys(value)) {
    place.key = key;
    if (key === "__proto__") throw refused(pathOf(place), "has the key `__proto__`", "use another key");
    copy[key] = copyAny((value as Record<string, unknown>)[key], place, copies);
  }
  return Object.freeze(OwnJson.mark(copy));
}

const placeIn = (holder: object, up: Place | undefined): Place => ({
  holder,
  key: undefined,
  up,
  depth: up === undefined ? 1 : up.depth + 1,
});

function pathOf(place: Place | undefined): (string | number)[] {
  const path: (string | number)[] = [];
  for (let at = place; at !== undefined; at = at.up) if (at.key !== undefined) path.push(at.key);
  return path.toReversed();
}

function notJson(value: unknown, place: Place | undefined): IceError {
  const kind =
    typeof value === "object" && value !== null
      ? `is a ${(value.constructor as { name?: string } | undefined)?.name || "class instance"}`
      : typeof value === "number"
        ? `is ${value}`
        : `is a ${typeof value}`;
  return refused(pathOf(place), kind, "return JSON: null, booleans, finite numbers, strings, lists and plain objects");
}

function refused(path: readonly (string | number)[], what: string, fix: string): IceError {
  const place = path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${key}`),
    "$",
  );
  return new IceError("ICE_OUTPUT_NOT_JSON", `The output is not JSON: ${place} ${what}.`, {
    fix,
    details: { path: [...path], problem: what },
  });
}
