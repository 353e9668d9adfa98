import { expressionFailed } from "../failure.ts";
import type { Meter } from "../meter.ts";
import { Duration } from "../values/duration.ts";
import { isMap, mapEntries } from "../values/map.ts";
import { timeText } from "../values/time-text.ts";
import { Timestamp } from "../values/timestamp.ts";
import { kindOfValue, TypeValue } from "../values/type-value.ts";
import { numeric, Uint } from "../values/uint.ts";
import { kindOf, takeList } from "./arguments.ts";
import { toHex } from "./base64.ts";
import { doubleText, utf8Text } from "./conversions.ts";

/** Cost of one clause, in characters. */
const clauseWork = 2048;

/** The clauses of CEL's `format`, and `%%`. */
const clause = /%(?:(%)|(?:\.(\d{1,3}))?([a-zA-Z])|)/g;

/** `"%s: %.2f".format([name, price])`, as in CEL's string extension; whole doubles are integers, because JSON has only doubles. */
export function format(template: string, values: unknown, meter: Meter): string {
  const list = takeList("format", values, meter);
  let next = 0;
  let text = "";
  let from = 0;
  // In order, because `replace` finds all matches before it calls back for the first.
  for (const { 0: whole, 1: percent, 2: precision, 3: letter, index } of template.matchAll(clause)) {
    meter.work(clauseWork);
    text += template.slice(from, index);
    from = index + whole.length;
    if (percent !== undefined) text += "%";
    else if (letter === undefined) throw invalidClause(whole);
    else {
      if (next >= list.length) throw noValueFor(whole);
      const written = formatOne(letter, list[next], precision === undefined ? undefined : Number(precision), meter);
      next += 1;
      meter.built(text.length + written.length, written.length);
      text += written;
    }
  }
  text += template.slice(from);
  meter.built(text.length);
  return text;
}

const noValueFor = (written: string): Error =>
  expressionFailed(`format() has no value for \`${written}\`.`, "pass a list with one value for each clause");

function formatOne(letter: string, value: unknown, precision: number | undefined, meter: Meter): string {
  switch (letter) {
    case "s":
      return plainText(value, meter, 0);
    case "d":
      return integerText(value, letter, 10);
    case "b":
      return typeof value === "boolean" ? String(Number(value)) : integerText(value, letter, 2);
    case "o":
      return integerText(value, letter, 8);
    case "x":
      return hexText(value, meter);
    case "X":
      return hexText(value, meter).toUpperCase();
    case "f":
      return doubleWith(value, letter, (number) => fixed(number, precision ?? 6));
    case "e":
      return doubleWith(value, letter, (number) =>
        number.toExponential(Math.min(precision ?? 6, 100)).replace(/e([+-])(\d)$/, "e$10$2"),
      );
    default:
      throw invalidClause(`%${letter}`);
  }
}

function invalidClause(written: string): Error {
  return expressionFailed(
    `format() does not support \`${written}\`.`,
    "use %s, %d, %f, %.2f, %e, %x, %X, %o, %b, and %% for a percent sign",
  );
}

function integerText(value: unknown, letter: string, radix: number): string {
  const number = numeric(value);
  if (typeof number === "bigint") return number.toString(radix);
  if (number !== undefined && Number.isInteger(number)) return BigInt(number).toString(radix);
  if (number !== undefined && !Number.isFinite(number) && radix === 10) return specialText(number);
  throw noValue(letter, "a whole number", value);
}

function hexText(value: unknown, meter: Meter): string {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  if (bytes instanceof Uint8Array) {
    meter.built(bytes.length * 2, bytes.length * 64);
    return toHex(bytes);
  }
  return integerText(value, "x", 16);
}

function doubleWith(value: unknown, letter: string, write: (number: number) => string): string {
  const number = numeric(value);
  if (number === undefined) throw noValue(letter, "a number", value);
  return Number.isFinite(Number(number)) ? write(Number(number)) : specialText(Number(number));
}

/** `toFixed` switches to exponents at 1e21. */
function fixed(number: number, precision: number): string {
  const digits = Math.min(precision, 100);
  if (Math.abs(number) < 1e21) return roundHalfToEven(number, digits);
  return digits === 0 ? String(BigInt(number)) : `${BigInt(number)}.${"0".repeat(digits)}`;
}

/** `toFixed` rounds halves up; CEL, like C, to the even neighbour. A half has one digit more, and zeros behind it. */
function roundHalfToEven(number: number, digits: number): string {
  const exact = number.toFixed(Math.min(digits + 30, 100));
  const [, kept, rest] = new RegExp(`^(.*\\.\\d{${digits}})(\\d*)$`).exec(exact) ?? [];
  const isHalf = kept !== undefined && /^50*$/.test(rest!) && /[02468]\.?$/.test(kept);
  return isHalf ? kept.replace(/\.$/, "") : number.toFixed(digits);
}

const specialText = (number: number): string => (Number.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");

function noValue(letter: string, wanted: string, value: unknown): Error {
  return expressionFailed(
    `format() needs ${wanted} for %${letter}, but got ${kindOf(value)}.`,
    "use %s, or convert it",
  );
}

const maxDepth = 64;

function plainText(value: unknown, meter: Meter, depth: number): string {
  if (depth > maxDepth) meter.refuse(`a value deeper than ${maxDepth}`);
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || value === null) return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? doubleText(value) : specialText(value);
  if (typeof value === "bigint" || value instanceof Uint) return String(numeric(value));
  if (value instanceof Timestamp || value instanceof Duration) return timeText(value, meter);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Uint8Array) return utf8Text(value, meter);
  if (Array.isArray(value)) return `[${listed(value, meter, (item) => plainText(item, meter, depth + 1))}]`;
  if (isMap(value)) {
    const entries = mapEntries(value).toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    return `{${listed(entries, meter, ([key, item]) => `${String(key)}: ${plainText(item, meter, depth + 1)}`)}}`;
  }
  throw expressionFailed(`format() cannot write ${kindOfValue(value)}.`, "convert it first: `json(x)`");
}

function listed<T>(items: readonly T[], meter: Meter, write: (item: T) => string): string {
  let text = "";
  for (const [index, item] of items.entries()) {
    const part = write(item);
    meter.built(text.length + part.length, part.length + 128);
    text += index === 0 ? part : `, ${part}`;
  }
  return text;
}
