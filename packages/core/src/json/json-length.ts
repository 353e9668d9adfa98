import { finish, type Steps } from "../time/steps.ts";
import type { Json, JsonObject } from "./json.ts";

/** Shorter values cost less to measure again than to cache. */
const shortest = 256;

/** Lengths of frozen values, which are assumed to be deeply frozen, as everywhere in ice. */
const remembered = new WeakMap<object, number>();

/**
 * Characters of a value as compact JSON: `JSON.stringify(value).length`, without building it. A part that occurs in several
 * places counts each time; lengths of frozen parts are cached, so that the time depends on the distinct parts. Values of
 * any depth are measured.
 *
 * @param bound - measuring stops as soon as the length is known to be more; the result is then some number above `bound`.
 */
export function jsonLength(value: Json, bound = Infinity): number {
  return isScalar(value) ? scalarLength(value, bound) : finish(jsonLengthSteps(value, bound));
}

/** Parts that are measured between two pauses: at most 0.1 ms, except for long strings. */
const partsBetweenPauses = 500;

/** The same, with pauses. */
export function* jsonLengthSteps(value: Json, bound = Infinity): Steps<number> {
  let total = 0;
  const open: Container[] = [];
  const add = (part: Json): void => {
    if (isScalar(part)) {
      total += scalarLength(part, bound - total);
      return;
    }
    const known = remembered.get(part);
    if (known === undefined) {
      open.push(new Container(part, total));
      total += 2;
    } else total += known;
  };
  add(value);
  let parts = 0;
  for (let inner = open.at(-1); inner !== undefined && total <= bound; inner = open.at(-1)) {
    if ((parts += 1) % partsBetweenPauses === 0) yield;
    if (inner.done) {
      open.pop();
      const length = total - inner.before;
      if (length >= shortest && Object.isFrozen(inner.value)) remembered.set(inner.value, length);
    } else {
      total += inner.separatorLength();
      add(inner.next());
    }
  }
  return total;
}

/** A list or object that is being measured, and the progress. */
class Container {
  readonly value: readonly Json[] | JsonObject;
  /** The length of everything before it. */
  readonly before: number;
  readonly #keys: readonly string[] | undefined;
  readonly #count: number;
  #index = 0;

  constructor(value: readonly Json[] | JsonObject, before: number) {
    this.value = value;
    this.before = before;
    this.#keys = Array.isArray(value) ? undefined : Object.keys(value);
    this.#count = this.#keys === undefined ? (value as readonly Json[]).length : this.#keys.length;
  }

  get done(): boolean {
    return this.#index === this.#count;
  }

  /** Length before the next part: a comma, and the key with its colon. */
  separatorLength(): number {
    const comma = this.#index === 0 ? 0 : 1;
    return this.#keys === undefined ? comma : comma + textLength(this.#keys[this.#index]!, Infinity) + 1;
  }

  next(): Json {
    const at = this.#index;
    this.#index += 1;
    return this.#keys === undefined
      ? (this.value as readonly Json[])[at]!
      : (this.value as JsonObject)[this.#keys[at]!]!;
  }
}

type Scalar = string | number | boolean | null;

const isScalar = (part: Json): part is Scalar => typeof part !== "object" || part === null;

function scalarLength(value: Scalar, bound: number): number {
  if (typeof value === "string") return textLength(value, bound);
  return String(value).length;
}

/** Characters that JSON escapes: quotes, backslashes, control characters, halves of surrogate pairs. */
// oxlint-disable-next-line no-control-regex -- these are the characters that JSON escapes
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

function textLength(text: string, bound: number): number {
  // Escapes only make it longer, and searching for them takes longer than writing the text.
  if (text.length >= bound) return text.length + 2;
  return escaped.test(text) ? JSON.stringify(text).length : text.length + 2;
}
