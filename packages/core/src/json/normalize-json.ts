import { articled } from "../errors/articled.ts";
import { IceError } from "../errors/ice-error.ts";
import { isPlainObject, type Json } from "./json.ts";
import { OwnJson } from "./own-json.ts";
import { finishInTurns, type Steps } from "../time/steps.ts";
import type { TimeSlice } from "../time/time-slice.ts";
import type { Keys } from "./json-pointer.ts";

/** Maximum depth of a value that crosses a node boundary. */
export const maxJsonDepth = 1000;

/**
 * The value that an executor returned, as JSON: a deep-frozen copy, so that neither producer nor consumer can change it later.
 *
 * `undefined` becomes null; an object with `toJSON` (a Date, a URL) becomes its JSON; everything else that is not JSON (BigInt,
 * functions, symbols, NaN, Infinity, cycles, Maps, class instances, keys `__proto__`) is refused. Depth is at most 1,000.
 * A value that this function created is shared, not copied. Beyond 10,000 parts, a part that occurs in several places is copied
 * once, so that the time depends on the distinct parts.
 *
 * @throws IceError `ICE_OUTPUT_NOT_JSON` naming the place inside the value; `details.path` is its path, `details.problem` says what
 * is wrong with it.
 */
export function normalizeJson(value: unknown): Json {
  const flat = flatCopy(value);
  return flat === undefined ? new Copying(value).goOn(Infinity)! : flat;
}

/** The same, within the time slice of this turn of the event loop; a promise if later turns are needed. */
export function normalizeJsonInTurns(value: unknown, slice: TimeSlice): Json | Promise<Json> {
  const flat = flatCopy(value);
  return flat === undefined ? finishInTurns(inSteps(new Copying(value)), slice) : flat;
}

/** Most values are scalars, also null, or contain a few, and are copied without a pause. Undefined for everything else. */
function flatCopy(value: unknown): Json | undefined {
  if (isScalar(value)) return value;
  if (typeof value !== "object" || value === null) return undefined;
  if (OwnJson.has(value)) return value as Json;
  if (Array.isArray(value)) return flatList(value);
  return Object.getPrototypeOf(value) === Object.prototype ? flatRecord(value as Record<string, unknown>) : undefined;
}

function flatList(list: readonly unknown[]): Json | undefined {
  return list.length <= maxFlat && list.every(isScalar) ? Object.freeze(OwnJson.mark(list.slice())) : undefined;
}

function flatRecord(record: Readonly<Record<string, unknown>>): Json | undefined {
  const copy: Record<string, Json> = {};
  let fields = 0;
  for (const key in record) {
    const part = record[key];
    fields += 1;
    if (!isScalar(part) || fields > maxFlat || key === "__proto__" || !Object.hasOwn(record, key)) return undefined;
    copy[key] = part;
  }
  return fields === 0 ? nothing : Object.freeze(OwnJson.mark(copy));
}

/** The output of nodes that only have effects, shared by all. */
const nothing: Json = Object.freeze(OwnJson.mark({}));

/** So that a copy without a pause takes no longer than the time between two pauses. */
const maxFlat = 1000;

const isScalar = (part: unknown): part is string | number | boolean | null =>
  typeof part === "string" || typeof part === "boolean" || part === null || Number.isFinite(part);

/** Parts that are copied or frozen between two pauses: at most 0.1 ms. */
const partsBetweenPauses = 200;

/**
 * Turns the result of `JSON.parse` into normalized JSON, in place and with pauses: without keys `__proto__`, frozen, and not
 * copied again by `normalizeJson`.
 *
 * @param value - at most 1,000 levels deep, which the caller has checked (`countJsonParts`); nothing else refers to it.
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

/** A list or an object that is being copied, and the number of copied parts. */
class Level {
  readonly source: Readonly<Record<string | number, unknown>>;
  readonly copy: Record<string | number, Json>;
  readonly keys: readonly string[] | undefined;
  readonly length: number;
  copied = 0;

  constructor(source: object) {
    this.source = source as Record<string | number, unknown>;
    this.keys = Array.isArray(source) ? undefined : Object.keys(source);
    this.length = this.keys?.length ?? (source as readonly unknown[]).length;
    this.copy = this.keys === undefined ? (new Array<Json>(this.length) as never) : {};
  }

  /** Position of the next part. */
  get key(): string | number {
    return this.keys === undefined ? this.copied : this.keys[this.copied]!;
  }
}

/** A copy in progress: created part by part and without recursion, so that it can pause. */
class Copying {
  #made: Json | undefined;
  /** The lists and objects that contain the next part, outermost first. */
  readonly #open: Level[] = [];
  /** Copies of lists and objects, from the 10,000th on: caching one costs as much as copying it. */
  #known: Map<object, Json> | undefined;
  #levels = 0;

  constructor(value: unknown) {
    this.#take(this.#copyOrLevel(value));
  }

  /** Copies about `most` parts more. @returns the copy, once it is complete. */
  goOn(most: number): Json | undefined {
    for (let left = most; left > 0 && this.#made === undefined;) left -= this.#copyParts(this.#open.at(-1)!, left);
    return this.#made;
  }

  /** Copies parts up to the first that has parts itself. @returns how many, with the end of the level. */
  #copyParts(level: Level, most: number): number {
    const { source, copy, length } = level;
    const from = level.copied;
    const end = Math.min(length, from + most);
    for (; level.copied < end; level.copied += 1) {
      const { key } = level;
      if (key === "__proto__") throw refused(pathOf(this.#open), "has the key `__proto__`", "use another key");
      const value = source[key];
      const part = isScalar(value) ? value : this.#copyOrLevel(value);
      if (part instanceof Level) {
        this.#open.push(part);
        return level.copied - from + 1;
      }
      copy[key] = part;
    }
    if (level.copied === length) {
      this.#open.pop();
      this.#take(this.#keep(source, Object.freeze(OwnJson.mark(copy))));
    }
    return level.copied - from + 1;
  }

  /** A complete level is inserted into the enclosing one. */
  #take(part: Json | Level): void {
    const around = this.#open.at(-1);
    if (part instanceof Level) this.#open.push(part);
    else if (around === undefined) this.#made = part;
    else {
      around.copy[around.key] = part;
      around.copied += 1;
    }
  }

  #keep(source: object, copy: Json): Json {
    this.#levels += 1;
    if (this.#levels > 10_000) (this.#known ??= new Map()).set(source, copy);
    return copy;
  }

  /** A part as JSON, if it is not a list or an object; otherwise a level whose parts are still to be copied. */
  #copyOrLevel(value: unknown): Json | Level {
    const open = this.#open;
    for (let part = value, depth = open.length; ; depth += 1) {
      if (isScalar(part)) return part;
      if (part === undefined) return null;
      if (typeof part !== "object") throw notJson(part, open);
      if (OwnJson.has(part)) return part as Json;
      const known = this.#known?.get(part);
      if (known !== undefined) return known;
      if (open.some(({ source }) => source === part)) throw refersBack(open);
      if (depth > maxJsonDepth)
        throw refused(pathOf(open).slice(0, 8), `nests deeper than ${maxJsonDepth}`, "return a flatter value");
      const flat = flatCopy(part);
      if (flat !== undefined) return this.#keep(part, flat);
      if (Array.isArray(part) || isPlainObject(part)) return new Level(part);
      if (!("toJSON" in part) || typeof part.toJSON !== "function") throw notJson(part, open);
      const json: unknown = part.toJSON();
      if (json === part) throw refersBack(open);
      part = json;
    }
  }
}

function* inSteps(copying: Copying): Steps<Json> {
  for (;;) {
    const copy = copying.goOn(partsBetweenPauses);
    if (copy !== undefined) return copy;
    yield;
  }
}

function pathOf(open: readonly Level[]): (string | number)[] {
  return open.map(({ key }) => key);
}

const refersBack = (open: readonly Level[]): IceError =>
  refused(pathOf(open), "refers back to a value that contains it (a cycle)", "return a tree");

function notJson(value: unknown, open: readonly Level[]): IceError {
  const kind =
    typeof value === "object" && value !== null
      ? `is ${articled((value.constructor as { name?: string } | undefined)?.name || "class instance")}`
      : typeof value === "number"
        ? `is ${value}`
        : `is ${articled(typeof value)}`;
  return refused(pathOf(open), kind, "return JSON: null, booleans, finite numbers, strings, lists and plain objects");
}

function refused(keys: Keys, what: string, fix: string): IceError {
  const place = keys.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${key}`),
    "$",
  );
  return new IceError("ICE_OUTPUT_NOT_JSON", `The output is not JSON: ${place} ${what}.`, {
    fix,
    details: { path: [...keys], problem: what },
  });
}
