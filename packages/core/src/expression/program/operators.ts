import { expressionFailed } from "../failure.ts";
import type { Meter } from "../meter.ts";
import { compare, equal } from "../values/compare.ts";
import { Duration } from "../values/duration.ts";
import { isMap, mapValue } from "../values/map.ts";
import { Timestamp } from "../values/timestamp.ts";
import { kindOfValue, typeName } from "../values/type-value.ts";
import { intRange, numeric, Uint, uintRange } from "../values/uint.ts";

type Binary = (left: unknown, right: unknown, meter: Meter) => unknown;

export const binaryOperators = {
  "==": (a, b, meter) => equal(a, b, meter),
  "!=": (a, b, meter) => !equal(a, b, meter),
  "<": (a, b, meter) => ordered("<", a, b, meter) < 0,
  "<=": (a, b, meter) => ordered("<=", a, b, meter) <= 0,
  ">": (a, b, meter) => ordered(">", a, b, meter) > 0,
  ">=": (a, b, meter) => ordered(">=", a, b, meter) >= 0,
  in: (a, b, meter) => isIn(a, b, meter),
  "+": (a, b, meter) => arithmetic("+", a, b) ?? joined(a, b, meter) ?? addTimes(a, b) ?? refuse("+", a, b),
  "-": (a, b) => arithmetic("-", a, b) ?? subtractTimes(a, b) ?? refuse("-", a, b),
  "*": (a, b) => arithmetic("*", a, b) ?? refuse("*", a, b),
  "/": (a, b) => arithmetic("/", a, b) ?? refuse("/", a, b),
  "%": (a, b) => arithmetic("%", a, b) ?? refuse("%", a, b),
} satisfies Record<string, Binary>;

export function negate(value: unknown): unknown {
  if (typeof value === "bigint") return inRange(-value, intRange);
  if (typeof value === "number") return -value;
  throw expressionFailed(`\`-\` is not defined for ${kindOfValue(value)}.`, "negate numbers");
}

type Arithmetic = "+" | "-" | "*" | "/" | "%";

const ofIntegers: Readonly<Record<Arithmetic, (a: bigint, b: bigint) => bigint>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / divisor(b, "division"),
  "%": (a, b) => a % divisor(b, "modulo"),
};

const ofDoubles: Readonly<Record<Arithmetic, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
};

/** JSON numbers are doubles, literals are integers; both can be mixed, and the result is a double. Undefined for other values. */
function arithmetic(operator: Arithmetic, a: unknown, b: unknown): unknown {
  if (typeof a === "number" && typeof b === "number") return ofDoubles[operator](a, b);
  if (typeof a === "bigint" && typeof b === "bigint") return inRange(ofIntegers[operator](a, b), intRange);
  if (a instanceof Uint && b instanceof Uint)
    return new Uint(inRange(ofIntegers[operator](a.value, b.value), uintRange));
  if (typeof a !== "number" && typeof b !== "number") return undefined;
  const left = numeric(a);
  const right = numeric(b);
  return left === undefined || right === undefined ? undefined : ofDoubles[operator](Number(left), Number(right));
}

function divisor(value: bigint, what: string): bigint {
  if (value !== 0n) return value;
  throw expressionFailed(`The expression failed: ${what} by zero.`, "guard it: `y != 0 ? x / y : 0`");
}

function inRange(value: bigint, { min, max }: { readonly min: bigint; readonly max: bigint }): bigint {
  if (value >= min && value <= max) return value;
  throw expressionFailed(
    `The expression failed: integer overflow, ${value} has more than 64 bits.`,
    "calculate with doubles: double(x)",
  );
}

function joined(a: unknown, b: unknown, meter: Meter): unknown {
  if (typeof a === "string" && typeof b === "string") {
    meter.built(a.length + b.length);
    return a + b;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    meter.built(a.length + b.length);
    meter.elements(a.length + b.length);
    return [...(a as unknown[]), ...(b as unknown[])];
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    meter.built(a.length + b.length);
    const bytes = new Uint8Array(a.length + b.length);
    bytes.set(a);
    bytes.set(b, a.length);
    return bytes;
  }
  return undefined;
}

function addTimes(a: unknown, b: unknown): unknown {
  if (a instanceof Timestamp && b instanceof Duration) return new Timestamp(a.nanos + b.nanos);
  if (a instanceof Duration && b instanceof Timestamp) return new Timestamp(a.nanos + b.nanos);
  return a instanceof Duration && b instanceof Duration ? new Duration(a.nanos + b.nanos) : undefined;
}

function subtractTimes(a: unknown, b: unknown): unknown {
  if (a instanceof Timestamp && b instanceof Timestamp) return new Duration(a.nanos - b.nanos);
  if (a instanceof Timestamp && b instanceof Duration) return new Timestamp(a.nanos - b.nanos);
  return a instanceof Duration && b instanceof Duration ? new Duration(a.nanos - b.nanos) : undefined;
}

function ordered(operator: string, a: unknown, b: unknown, meter: Meter): number {
  return compare(a, b, meter) ?? refuse(operator, a, b);
}

function isIn(value: unknown, container: unknown, meter: Meter): boolean {
  if (isMap(container)) return mapValue(container, value) !== undefined;
  if (!Array.isArray(container)) return refuse("in", value, container);
  for (const entry of container) {
    meter.elements(1);
    if (equal(value, entry, meter)) return true;
  }
  return false;
}

function refuse(operator: string, a: unknown, b: unknown): never {
  throw expressionFailed(
    `The expression failed: \`${operator}\` is not defined for ${nameOf(a)} and ${nameOf(b)}.`,
    operator === "in" && typeof b === "string"
      ? "test a string with `s.contains(t)`"
      : "check the types of what it reads; convert with string(x), double(x), int(x)",
  );
}

/** The type as a message names it: CEL calls the type of null `null_type`. */
const nameOf = (value: unknown): string => (value === null ? "null" : typeName(value));
