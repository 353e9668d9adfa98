import { expressionFailed } from "../failure.ts";
import { jsonText } from "../json-result.ts";
import { expressionLimits } from "../limits.ts";
import type { Meter } from "../meter.ts";
import { compare } from "../values/compare.ts";
import { isMap, mapEntries, mapKeys, mapSize, mapValue, type MapKey } from "../values/map.ts";
import { textSize } from "../values/text.ts";
import { numeric } from "../values/uint.ts";
import { takeBytes, takeInteger, takeList, takeMap, takeText, wrongType } from "./arguments.ts";
import type { Builtin, Builtins } from "./builtin.ts";
import { checkOrdered } from "./order.ts";

const size: Builtin = {
  arity: [1],
  type: "int",
  call([value], meter) {
    if (typeof value === "string") return BigInt(textSize(value, meter));
    if (Array.isArray(value) || value instanceof Uint8Array) return BigInt(value.length);
    if (isMap(value)) return BigInt(mapSize(takeMap("size", value, meter)));
    throw wrongType("size", "a string, bytes, a list or a map", value);
  },
};

const join: Builtin = {
  arity: [1, 2],
  type: "string",
  call: ([list, separator = ""], meter) =>
    joined(takeList("join", list, meter), takeText("join", separator, meter), meter),
};

/** Of lists and maps. */
export const listFunctions: Builtins = {
  size,
  join,
  sort: {
    arity: [1, 2],
    type: "list",
    call([list, key], meter) {
      const items = takeList("sort", list, meter);
      if (key === undefined) return sorted(items, items, meter);
      const name = takeText("sort", key, meter);
      return sorted(
        items,
        items.map((item) => member(item, name)),
        meter,
      );
    },
  },
  reverse: { arity: [1], type: "list", call: ([list], meter) => takeList("reverse", list, meter).toReversed() },
  distinct: { arity: [1], type: "list", call: ([list], meter) => distinct(takeList("distinct", list, meter), meter) },
  flatten: {
    arity: [1],
    type: "list",
    call([list], meter) {
      const lists = takeList("flatten", list, meter);
      const length = lists.reduce<number>((total, value) => total + (Array.isArray(value) ? value.length : 1), 0);
      meter.built(length);
      meter.elements(length * 2);
      return lists.flat(1);
    },
  },
  keys: { arity: [1], type: "list", call: ([map], meter) => mapKeys(takeMap("keys", map, meter)) },
  values: {
    arity: [1],
    type: "list",
    call: ([map], meter) => mapEntries(takeMap("values", map, meter)).map(([, value]) => value),
  },
  merge: {
    arity: [2],
    type: "map",
    call: ([a, b], meter) =>
      new Map<MapKey, unknown>([...mapEntries(takeMap("merge", a, meter)), ...mapEntries(takeMap("merge", b, meter))]),
  },
  range: {
    arity: [1],
    type: "list",
    call([count], meter) {
      const length = takeInteger("range", count, 0, Number.MAX_SAFE_INTEGER);
      if (length > expressionLimits.rangeLength)
        meter.refuse(`range(${length}); at most range(${expressionLimits.rangeLength})`);
      meter.elements(length);
      return Array.from({ length }, (_, index) => BigInt(index));
    },
  },
};

export const listMethods: Builtins = {
  size,
  join,
  at: {
    arity: [2],
    type: "int",
    call([bytes, index], meter) {
      const from = takeBytes("at", bytes, meter);
      return BigInt(from[takeInteger("at", index, 0, from.length - 1)]!);
    },
  },
};

/** Cost of comparing two values in addition to the characters of strings, in elements. */
const comparison = 2;

/** Stable. */
function sorted(items: readonly unknown[], keys: readonly unknown[], meter: Meter): readonly unknown[] {
  checkOrdered("sort", keys);
  meter.elements(keys.length * Math.ceil(Math.log2(keys.length + 1)) * comparison);
  return items
    .map((item, index) => ({ item, key: keys[index] }))
    .toSorted((a, b) => compare(a.key, b.key, meter)!)
    .map(({ item }) => item);
}

function member(item: unknown, key: string): unknown {
  const value = isMap(item) ? mapValue(item, key) : undefined;
  if (value !== undefined) return value;
  throw expressionFailed(
    `sort() found an item without "${key.slice(0, 40)}".`,
    `filter such items out: \`list.filter(x, ${JSON.stringify(key.slice(0, 40))} in x)\``,
  );
}

/** The first of values that are equal, in their order. */
function distinct(items: readonly unknown[], meter: Meter): readonly unknown[] {
  const found = new Map<string, unknown>();
  for (const item of items) {
    const text = identityOf(item, meter);
    if (!found.has(text)) found.set(text, item);
  }
  return [...found.values()];
}

/** Equal values have equal texts. */
function identityOf(value: unknown, meter: Meter): string {
  meter.elements(20);
  const number = numeric(value);
  if (number !== undefined) return String(number);
  if (typeof value === "string") return `"${value}`;
  const text = jsonText(value, meter, { sortKeys: true });
  meter.work(text.length * 48);
  return text;
}

function joined(items: readonly unknown[], separator: string, meter: Meter): string {
  let text = "";
  for (const [index, item] of items.entries()) {
    const part = typeof item === "string" ? item : jsonText(item, meter);
    meter.built(text.length + part.length + separator.length, part.length + separator.length);
    text += index === 0 ? part : separator + part;
  }
  return text;
}
