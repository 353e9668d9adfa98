import { defineTool, IceError, type Json } from "@ice/core";
import { didYouMean, listNames, shorten } from "@ice/core/internal";
import { z } from "zod";

const operations = ["count", "sum", "avg", "min", "max", "countDistinct"] as const;

const measureSchema = z
  .strictObject({
    op: z.enum(operations).describe("What to compute."),
    field: z.string().min(1).optional().describe("Field to compute over; not needed for `count`."),
  })
  .refine(({ op, field }) => op === "count" || field !== undefined, {
    path: ["field"],
    message: "every measure except `count` needs a field",
  });

const itemSchema = z.record(
  z.string(),
  z.custom<Json>(() => true),
);

const output = z.object({
  groups: z.array(itemSchema).describe("One object per group: the `groupBy` fields and the measures."),
  count: z.number().describe("Number of items."),
});

/**
 * Groups a list of objects and computes measures per group. A null or missing value is left out of a measure; `avg`, `min` and
 * `max` of nothing are null. A value that is not a number fails the call for a numeric measure, naming item and field.
 */
export const aggregate = () =>
  defineTool({
    name: "aggregate",
    description: "Groups a list of objects and computes count, sum, avg, min, max, countDistinct.",
    sideEffects: "none",
    args: z.strictObject({
      items: z.array(itemSchema).describe("The objects."),
      groupBy: z.array(z.string().min(1)).default([]).describe("Fields to group by. Default none: one group."),
      measures: z.record(z.string().min(1), measureSchema).describe("Name → measure."),
      sortBy: z
        .string()
        .min(1)
        .optional()
        .describe("Field or measure to sort groups by. Default: order of first appearance."),
      descending: z.boolean().default(false).describe("Sort the largest first. Default false."),
      limit: z.int().min(1).optional().describe("Maximum number of groups. Default all."),
    }),
    output,
    run({ items, groupBy, measures, sortBy, descending, limit }): z.output<typeof output> {
      checkNames(groupBy, Object.keys(measures), sortBy);
      const groups = new Map<
        string,
        { readonly key: Record<string, Json>; readonly members: { item: Record<string, Json>; index: number }[] }
      >();
      if (groupBy.length === 0) groups.set("[]", { key: {}, members: [] });
      for (const [index, item] of items.entries()) {
        const values = groupBy.map((field) => valueOf(item, field));
        const id = JSON.stringify(values);
        const group = groups.get(id) ?? {
          key: Object.fromEntries(groupBy.map((field, at) => [field, values[at]!])),
          members: [],
        };
        groups.set(id, group);
        group.members.push({ item, index });
      }
      const rows = [...groups.values()].map(({ key, members }) => ({
        ...key,
        ...Object.fromEntries(
          Object.entries(measures).map(([name, measure]) => [name, measureOf(name, measure, members)]),
        ),
      }));
      const sorted = sortBy === undefined ? rows : sort(rows, sortBy, descending);
      return { groups: sorted.slice(0, limit), count: items.length };
    },
  });

/** A group has one value per name, and is sorted by one of its names. */
function checkNames(groupBy: readonly string[], measures: readonly string[], sortBy: string | undefined): void {
  const twice = measures.find((name) => groupBy.includes(name));
  if (twice !== undefined)
    throw wrong(`"${twice}" is a field of groupBy and a measure`, "give the measure another name");
  const names = [...groupBy, ...measures];
  if (sortBy !== undefined && !names.includes(sortBy))
    throw wrong(
      `groups have no "${shorten(sortBy)}" to sort by`,
      didYouMean(sortBy, names) || `use ${listNames(names)}`,
    );
}

type Members = readonly { readonly item: Readonly<Record<string, Json>>; readonly index: number }[];

function measureOf(name: string, { op, field }: z.output<typeof measureSchema>, members: Members): Json {
  if (field === undefined) return members.length;
  const present = members
    .map(({ item, index }) => ({ value: valueOf(item, field), index }))
    .filter(({ value }) => value !== null);
  if (op === "count") return present.length;
  if (op === "countDistinct") return new Set(present.map(({ value }) => JSON.stringify(value))).size;
  const numbers = present.map(({ value, index }) => {
    if (typeof value === "number") return value;
    throw wrong(
      `the measure "${name}" needs numbers, but "${field}" of item ${index} is ${JSON.stringify(value).slice(0, 40)}`,
      "clean the items first, or measure another field",
    );
  });
  if (op === "sum") return numbers.reduce((a, b) => a + b, 0);
  if (numbers.length === 0) return null;
  if (op === "avg") return numbers.reduce((a, b) => a + b, 0) / numbers.length;
  return numbers.reduce((a, b) => (op === "min" ? Math.min(a, b) : Math.max(a, b)));
}

function valueOf(item: Readonly<Record<string, Json>>, field: string): Json {
  return Object.hasOwn(item, field) ? item[field]! : null;
}

/** Numbers before texts, nulls last; equal groups keep their order. */
function sort(rows: readonly Record<string, Json>[], field: string, descending: boolean): Record<string, Json>[] {
  return rows.toSorted((a, b) => {
    const [left, right] = [valueOf(a, field), valueOf(b, field)];
    if (rank(left) !== rank(right)) return rank(left) - rank(right);
    const order = typeof left === "number" ? left - (right as number) : compareTexts(String(left), String(right));
    return descending ? -order : order;
  });
}

const rank = (value: Json): number => (typeof value === "number" ? 0 : value === null ? 2 : 1);

/** By code unit, so that the order is the same on every machine. */
const compareTexts = (left: string, right: string): number => (left === right ? 0 : left < right ? -1 : 1);

function wrong(message: string, fix: string): IceError {
  return new IceError("ICE_TOOL_ARGS", `aggregate: ${message}.`, { fix });
}
