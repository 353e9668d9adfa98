import { expressionFailed } from "../failure.ts";
import type { Meter } from "../meter.ts";
import { Duration, parseDuration } from "../values/duration.ts";
import { timeText, timeWork } from "../values/time-text.ts";
import { parseTimestamp, Timestamp } from "../values/timestamp.ts";
import { typeName, TypeValue } from "../values/type-value.ts";
import { intRange, numeric, Uint, uintRange } from "../values/uint.ts";
import { kindOf, takeBinary, takeText } from "./arguments.ts";
import type { Builtins } from "./builtin.ts";

export const conversionFunctions: Builtins = {
  dyn: { arity: [1], call: ([value]) => value },
  type: { arity: [1], type: "type", call: ([value]) => new TypeValue(typeName(value)) },
  bool: { arity: [1], type: "bool", call: ([value]) => toBool(value) },
  int: { arity: [1], type: "int", call: ([value], meter) => toInteger("int", value, intRange, meter) },
  uint: { arity: [1], type: "uint", call: ([value], meter) => new Uint(toInteger("uint", value, uintRange, meter)) },
  double: { arity: [1], type: "double", call: ([value], meter) => toDouble(value, meter) },
  string: { arity: [1], type: "string", call: ([value], meter) => toText(value, meter) },
  bytes: { arity: [1], type: "bytes", call: ([value], meter) => takeBinary("bytes", value, meter) },
  timestamp: { arity: [1], call: ([value], meter) => toTimestamp(value, meter) },
  duration: { arity: [1], call: ([value], meter) => toDuration(value, meter) },
};

function cannot(name: string, value: unknown, fix: string): Error {
  const given = typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : kindOf(value);
  return expressionFailed(`${name}() cannot convert ${given}.`, fix);
}

function toBool(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") {
    if (/^(?:1|t|true|TRUE|True)$/.test(value)) return true;
    if (/^(?:0|f|false|FALSE|False)$/.test(value)) return false;
  }
  throw cannot("bool", value, 'give it "true" or "false", or compare: `x == "yes"`');
}

function toInteger(name: string, value: unknown, range: typeof intRange | typeof uintRange, meter: Meter): bigint {
  const { min, max } = range;
  const integer = integerOf(value, meter);
  if (integer !== undefined && integer >= min && integer <= max) return integer;
  throw cannot(name, value, `pass a whole number from ${min} to ${max}, or its digits`);
}

function integerOf(value: unknown, meter: Meter): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (value instanceof Uint) return value.value;
  // The doubles at the ends of the range also represent numbers beyond it.
  if (typeof value === "number")
    return Number.isFinite(value) && Math.abs(value) < 2 ** 64 ? exactly(value) : undefined;
  if (value instanceof Timestamp) return value.seconds;
  if (value instanceof Duration) return undefined;
  return typeof value === "string" && /^[+-]?\d{1,30}$/.test(takeText("int", value, meter)) ? BigInt(value) : undefined;
}

function exactly(value: number): bigint | undefined {
  const whole = Math.trunc(value);
  return whole === 2 ** 63 || whole === -(2 ** 63) ? undefined : BigInt(whole);
}

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const special: Readonly<Record<string, number>> = {
  inf: Infinity,
  "+inf": Infinity,
  "-inf": -Infinity,
  infinity: Infinity,
  "+infinity": Infinity,
  "-infinity": -Infinity,
  nan: Number.NaN,
};

function toDouble(value: unknown, meter: Meter): number {
  const number = numeric(value);
  if (number !== undefined) return Number(number);
  if (typeof value === "string") {
    const text = takeText("double", value, meter);
    if (text.length < 1000 && decimal.test(text)) return Number(text);
    const named = text.toLowerCase();
    if (Object.hasOwn(special, named)) return special[named]!;
  }
  throw cannot("double", value, 'give it a number, or a text such as "2.5"');
}

function toText(value: unknown, meter: Meter): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number") return doubleText(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp || value instanceof Duration) return timeText(value, meter);
  if (value instanceof Uint8Array) return utf8Text(value, meter);
  throw cannot("string", value, "write it as JSON: `json(x)`");
}

export function doubleText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** @throws if the bytes are not UTF-8. */
export function utf8Text(bytes: Uint8Array, meter: Meter): string {
  meter.built(bytes.length);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw expressionFailed(
      "string() got bytes that are not UTF-8.",
      "keep them as bytes, or `base64.encode(x)`",
      cause,
    );
  }
}

function toTimestamp(value: unknown, meter: Meter): Timestamp {
  meter.work(timeWork);
  if (value instanceof Timestamp) return value;
  if (typeof value === "string") return parseTimestamp(value);
  const seconds = numeric(value);
  if (seconds !== undefined && Number.isSafeInteger(Number(seconds)))
    return new Timestamp(BigInt(seconds) * 1_000_000_000n);
  throw cannot("timestamp", value, 'give it a text such as "2026-01-31T12:00:00Z", or whole seconds since 1970');
}

function toDuration(value: unknown, meter: Meter): Duration {
  meter.work(timeWork);
  if (value instanceof Duration) return value;
  if (typeof value === "string") return parseDuration(value);
  throw cannot("duration", value, 'give it a text with units: "90s", "1h30m"');
}
