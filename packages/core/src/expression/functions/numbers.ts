import { expressionFailed } from "../failure.ts";
import type { Meter } from "../meter.ts";
import { Uint } from "../values/uint.ts";
import { compare } from "../values/compare.ts";
import { numeric } from "../values/uint.ts";
import { kindOf, takeInteger, takeList, takeNumber } from "./arguments.ts";
import type { Builtins } from "./builtin.ts";
import { checkOrdered } from "./order.ts";

/** Integers stay integers where that is natural (`sum`, `abs`, `min`, `max`); `avg`, `round`, `floor` and `ceil` give doubles. */
export const numberFunctions: Builtins = {
  sum: { arity: [1], call: ([list], meter) => sum(numbers("sum", list, meter)) },
  avg: {
    arity: [1],
    type: "double",
    call([list], meter) {
      const values = numbers("avg", list, meter);
      if (values.length === 0)
        throw expressionFailed("avg of an empty list has no value.", "guard it: `size(list) > 0 ? avg(list) : 0`");
      return Number(sum(values)) / values.length;
    },
  },
  min: { arity: [1], call: ([list], meter) => extreme("min", list, meter) },
  max: { arity: [1], call: ([list], meter) => extreme("max", list, meter) },
  round: {
    arity: [1, 2],
    type: "double",
    call: ([x, digits = 0]) => roundTo(takeNumber("round", x), takeInteger("round", digits, 0, 15)),
  },
  floor: { arity: [1], type: "double", call: ([x]) => Math.floor(takeNumber("floor", x)) },
  ceil: { arity: [1], type: "double", call: ([x]) => Math.ceil(takeNumber("ceil", x)) },
  abs: {
    arity: [1],
    call: ([x]) => (typeof x === "bigint" ? (x < 0n ? -x : x) : x instanceof Uint ? x : Math.abs(takeNumber("abs", x))),
  },
};

function numbers(name: string, list: unknown, meter: Meter): readonly (number | bigint)[] {
  return takeList(name, list, meter).map((value, index) => {
    const number = numeric(value);
    if (number !== undefined) return number;
    throw expressionFailed(
      `${name}() needs numbers, but item ${index} is ${kindOf(value)}.`,
      "filter other values out: `list.filter(x, type(x) == double)`",
    );
  });
}

function sum(values: readonly (number | bigint)[]): number | bigint {
  if (values.every((value) => typeof value === "bigint")) return values.reduce((a, b) => a + b, 0n);
  return values.reduce<number>((a, b) => a + Number(b), 0);
}

function extreme(name: "min" | "max", list: unknown, meter: Meter): unknown {
  const values = takeList(name, list, meter);
  if (values.length === 0)
    throw expressionFailed(
      `${name} of an empty list has no value.`,
      `guard it: \`size(list) > 0 ? ${name}(list) : 0\``,
    );
  checkOrdered(name, values);
  return values.reduce((best, value) => {
    const order = compare(value, best, meter)!;
    return (name === "min" ? order < 0 : order > 0) ? value : best;
  });
}

/** Rounds half away from zero, in decimal: round(1.005, 2) is 1.01. */
function roundTo(value: number, digits: number): number {
  const text = String(Math.abs(value));
  if (text.includes("e") || !Number.isFinite(value)) return value;
  return Math.sign(value) * Number(`${Math.round(Number(`${text}e${digits}`))}e-${digits}`);
}
