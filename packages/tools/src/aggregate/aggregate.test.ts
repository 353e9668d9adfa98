import type { Json } from "@ice/core";
import { describe, expect, test } from "vitest";
import { callTool } from "../../test/call-tool.ts";
import { aggregate } from "./aggregate.ts";

const call = (args: object) => callTool(aggregate() as never, args as Json);
const rejection = async (args: object) =>
  call(args).then(
    () => undefined,
    (error: unknown) => error,
  );

const items = [
  { kind: "lamp", price: 10, room: "hall" },
  { kind: "desk", price: 200, room: "hall" },
  { kind: "lamp", price: 30, room: null },
  { kind: "lamp" },
];

describe("groups", () => {
  test("every measure is computed per group, groups in order of first appearance", async () => {
    const over = (op: string) => ({ op, field: "price" });
    const measures = {
      n: { op: "count" },
      priced: over("count"),
      sum: over("sum"),
      avg: over("avg"),
      min: over("min"),
      max: over("max"),
      rooms: { op: "countDistinct", field: "room" },
    };
    expect(await call({ items, groupBy: ["kind"], measures })).toEqual({
      count: 4,
      groups: [
        { kind: "lamp", n: 3, priced: 2, sum: 40, avg: 20, min: 10, max: 30, rooms: 1 },
        { kind: "desk", n: 1, priced: 1, sum: 200, avg: 200, min: 200, max: 200, rooms: 1 },
      ],
    });
  });

  test("without groupBy there is one group, even without items", async () => {
    const measures = { n: { op: "count" }, sum: { op: "sum", field: "price" }, avg: { op: "avg", field: "price" } };
    expect(await call({ items, measures })).toEqual({ count: 4, groups: [{ n: 4, sum: 240, avg: 80 }] });
    expect(await call({ items: [], measures })).toEqual({ count: 0, groups: [{ n: 0, sum: 0, avg: null }] });
    expect(await call({ items: [], groupBy: ["kind"], measures })).toEqual({ count: 0, groups: [] });
  });

  test("a missing value is grouped with null, but a number never with its text", async () => {
    const measures = { n: { op: "count" } };
    const mixed = [{ v: 1 }, { v: "1" }, { v: null }, {}, { v: [1] }];
    expect(await call({ items: mixed, groupBy: ["v"], measures })).toMatchObject({
      groups: [
        { v: 1, n: 1 },
        { v: "1", n: 1 },
        { v: null, n: 2 },
        { v: [1], n: 1 },
      ],
    });
  });

  test("several fields together form a group", async () => {
    const { groups } = (await call({ items, groupBy: ["kind", "room"], measures: { n: { op: "count" } } })) as {
      groups: Json[];
    };
    expect(groups).toEqual([
      { kind: "lamp", room: "hall", n: 1 },
      { kind: "desk", room: "hall", n: 1 },
      { kind: "lamp", room: null, n: 2 },
    ]);
  });

  test("a field that every object inherits counts as missing", async () => {
    expect(await call({ items: [{}], groupBy: ["toString"], measures: {} })).toEqual({
      count: 1,
      groups: [{ toString: null }],
    });
  });
});

describe("order", () => {
  const sorted = async (more: object) => {
    const { groups } = (await call({
      items: [{ v: "b" }, { v: 10 }, { v: null }, { v: 9 }, { v: "a" }, { v: "B" }],
      groupBy: ["v"],
      measures: { n: { op: "count" } },
      sortBy: "v",
      ...more,
    })) as { groups: { v: Json }[] };
    return groups.map(({ v }) => v);
  };

  test("numbers come before texts and nulls last, in both directions", async () => {
    expect(await sorted({})).toEqual([9, 10, "B", "a", "b", null]);
    expect(await sorted({ descending: true })).toEqual([10, 9, "b", "a", "B", null]);
  });

  test("equal groups keep their order, and limit keeps the first ones", async () => {
    expect(await sorted({ sortBy: "n", limit: 3 })).toEqual(["b", 10, null]);
    expect(await sorted({ sortBy: "n", descending: true, limit: 3 })).toEqual(["b", 10, null]);
  });

  test("count counts all items, whatever limit drops", async () => {
    expect(await call({ items, groupBy: ["kind"], measures: {}, limit: 1 })).toEqual({
      count: 4,
      groups: [{ kind: "lamp" }],
    });
  });
});

describe("mistakes", () => {
  test("a value that is not a number fails, naming measure, field, item and value", async () => {
    const bad = [{ price: 1 }, { price: "12 EUR" }];
    expect(await rejection({ items: bad, measures: { total: { op: "sum", field: "price" } } })).toMatchObject({
      code: "ICE_TOOL_ARGS",
      message: 'aggregate: the measure "total" needs numbers, but "price" of item 1 is "12 EUR".',
      fix: "clean the items first, or measure another field",
    });
  });

  test("the index of the item is that among all items, not in its group", async () => {
    const bad = [
      { k: "a", v: 1 },
      { k: "b", v: 1 },
      { k: "b", v: true },
    ];
    expect(await rejection({ items: bad, groupBy: ["k"], measures: { m: { op: "max", field: "v" } } })).toMatchObject({
      message: expect.stringContaining('"v" of item 2 is true'),
    });
  });

  test("every measure except count needs a field, even without items", async () => {
    expect(await rejection({ items: [], groupBy: ["k"], measures: { m: { op: "avg" } } })).toMatchObject({
      issues: [{ path: ["measures", "m", "field"] }],
    });
  });

  test("sorting by a field that groups do not have is refused, with a suggestion", async () => {
    const args = { items, groupBy: ["kind"], measures: { total: { op: "sum", field: "price" } } };
    expect(await rejection({ ...args, sortBy: "totl" })).toMatchObject({
      code: "ICE_TOOL_ARGS",
      message: 'aggregate: groups have no "totl" to sort by.',
      fix: 'did you mean "total"?',
    });
    expect(await rejection({ ...args, sortBy: "price" })).toMatchObject({ fix: "use kind, total" });
  });

  test("a measure cannot hide a field of the group", async () => {
    expect(await rejection({ items, groupBy: ["kind"], measures: { kind: { op: "count" } } })).toMatchObject({
      code: "ICE_TOOL_ARGS",
      message: 'aggregate: "kind" is a field of groupBy and a measure.',
    });
  });

  test.each([
    ["an unknown operation", { measures: { m: { op: "median", field: "v" } } }],
    ["an unknown field of a measure", { measures: { m: { op: "count", by: "v" } } }],
    ["a limit of nothing", { measures: {}, limit: 0 }],
    ["an item that is no object", { items: [1], measures: {} }],
    ["an unknown argument", { measures: {}, order: "asc" }],
  ])("%s does not pass the schema", async (_name, args) => {
    expect(await rejection({ items: [], ...args })).toMatchObject({ name: "ZodError" });
  });
});
