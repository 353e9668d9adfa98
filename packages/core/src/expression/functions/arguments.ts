import { expressionFailed } from "../failure.ts";
import type { Meter } from "../meter.ts";
import { isMap, mapSize, type CelMap } from "../values/map.ts";
import { kindOfValue } from "../values/type-value.ts";
import { numeric } from "../values/uint.ts";

// Arguments of functions, checked and metered. `name` is that of the function.

export function wrongType(name: string, wanted: string, value: unknown): Error {
  return expressionFailed(`${name}() needs ${wanted}, but got ${kindOf(value)}.`, `pass ${wanted}`);
}

export function kindOf(value: unknown): string {
  if (numeric(value) !== undefined) return "a number";
  return kindOfValue(value);
}

export function takeText(name: string, value: unknown, meter: Meter): string {
  if (typeof value !== "string") throw wrongType(name, "a string", value);
  meter.work(value.length);
  return value;
}

export function takeNumber(name: string, value: unknown): number {
  const number = numeric(value);
  if (number === undefined) throw wrongType(name, "a number", value);
  return Number(number);
}

export function takeInteger(name: string, value: unknown, min: number, max: number): number {
  const result = takeNumber(name, value);
  if (Number.isInteger(result) && result >= min && result <= max) return result;
  throw expressionFailed(
    `${name}() needs a whole number from ${min} to ${max}, but got ${result}.`,
    "correct the number",
  );
}

export function takeList(name: string, value: unknown, meter: Meter): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(name, "a list", value);
  meter.elements(value.length);
  return value;
}

export function takeMap(name: string, value: unknown, meter: Meter): CelMap {
  if (!isMap(value)) throw wrongType(name, "a map", value);
  meter.entries(mapSize(value));
  return value;
}

export function takeBytes(name: string, value: unknown, meter: Meter): Uint8Array {
  if (!(value instanceof Uint8Array)) throw wrongType(name, "bytes", value);
  meter.work(value.length);
  return value;
}

/** Bytes, or a string as UTF-8. */
export function takeBinary(name: string, value: unknown, meter: Meter): Uint8Array {
  if (typeof value === "string") return new TextEncoder().encode(takeText(name, value, meter));
  if (value instanceof Uint8Array) return takeBytes(name, value, meter);
  throw wrongType(name, "bytes or a string", value);
}
