import type { Meter } from "../meter.ts";
import { Duration } from "./duration.ts";
import { isMap, mapEntries, mapSize, mapValue, type CelMap } from "./map.ts";
import { Optional } from "./optional.ts";
import { Timestamp } from "./timestamp.ts";
import { TypeValue } from "./type-value.ts";
import { numeric } from "./uint.ts";

/** CEL's `==`: numbers of any kind by value, lists and maps by their parts, values of different kinds never. */
export function equal(left: unknown, right: unknown, meter: Meter): boolean {
  if (isScalar(left) || isScalar(right)) return equalScalars(left, right, meter);
  const open: unknown[] = [left, right];
  while (open.length > 0) {
    const b = open.pop();
    const a = open.pop();
    if (Array.isArray(a) && Array.isArray(b)) {
      if (a === b) continue;
      if (a.length !== b.length) return false;
      meter.elements(a.length);
      for (let index = a.length - 1; index >= 0; index -= 1) open.push(a[index], b[index]);
    } else if (isMap(a) && isMap(b)) {
      if (a === b) continue;
      if (!pushEntries(a, b, open, meter)) return false;
    } else if (a instanceof Optional && b instanceof Optional) {
      if ((a.value === undefined) !== (b.value === undefined)) return false;
      if (a.value !== undefined) open.push(a.value, b.value);
    } else if (!equalScalars(a, b, meter)) return false;
  }
  return true;
}

const isScalar = (value: unknown): boolean => typeof value !== "object" || value === null;

function pushEntries(a: CelMap, b: CelMap, open: unknown[], meter: Meter): boolean {
  const entries = mapEntries(a);
  meter.entries(entries.length);
  if (entries.length !== mapSize(b)) return false;
  for (const [key, value] of entries) {
    const other = mapValue(b, key);
    if (other === undefined) return false;
    open.push(value, other);
  }
  return true;
}

function equalScalars(a: unknown, b: unknown, meter: Meter): boolean {
  if (typeof a === "number" && typeof b === "number") return a === b;
  if (typeof a === "string" && typeof b === "string") {
    if (a.length !== b.length) return false;
    meter.work(a.length);
    return a === b;
  }
  const number = numeric(a);
  if (number !== undefined) {
    const other = numeric(b);
    // oxlint-disable-next-line eqeqeq -- compares a bigint and a double exactly
    return other !== undefined && number == other;
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    meter.work(a.length);
    return a.length === b.length && compareBytes(a, b) === 0;
  }
  if (a instanceof Timestamp && b instanceof Timestamp) return a.nanos === b.nanos;
  if (a instanceof Duration && b instanceof Duration) return a.nanos === b.nanos;
  if (a instanceof TypeValue && b instanceof TypeValue) return a.name === b.name;
  return a === b;
}

/** Negative, 0 or positive; NaN when one of them is NaN; undefined for values that have no common order. */
export function compare(a: unknown, b: unknown, meter: Meter): number | undefined {
  if (typeof a === "string" && typeof b === "string") {
    return compareText(a, b, meter);
  }
  const number = numeric(a);
  if (number !== undefined) {
    const other = numeric(b);
    if (other === undefined) return undefined;
    return number < other ? -1 : number > other ? 1 : number >= other ? 0 : Number.NaN;
  }
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    meter.work(Math.min(a.length, b.length));
    return compareBytes(a, b);
  }
  if ((a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration))
    return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  return undefined;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) if (a[index] !== b[index]) return a[index]! - b[index]!;
  return a.length - b.length;
}

/** By code points, as in CEL; JavaScript compares UTF-16 units, in which 🦊 comes before ﬁ. */
function compareText(a: string, b: string, meter: Meter): number {
  const length = Math.min(a.length, b.length);
  meter.afford(length * unitWork);
  let same = 0;
  while (same < length && a.charCodeAt(same) === b.charCodeAt(same)) same += 1;
  meter.work(same * unitWork);
  return same === length ? a.length - b.length : rank(a.charCodeAt(same)) - rank(b.charCodeAt(same));
}

/** Cost of comparing two characters, in characters processed. */
const unitWork = 4;

/** Orders the halves of surrogate pairs after all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
