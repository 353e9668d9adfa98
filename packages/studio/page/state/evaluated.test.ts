import { expect, test } from "vitest";
import type { Json } from "../api/types.ts";
import { evaluated, itemOf, type Surroundings } from "./evaluated.ts";
import { expressionsIn, partAt, pathOfExpression, rendered } from "./expressions.ts";
import { inputTemplate, nodeConfigs } from "./node-configs.ts";

const blueprint: Json = {
  nodes: [
    { id: "rows", type: "tool", toolArgs: { id: "rows" } },
    {
      id: "listings",
      type: "loop",
      itemsSource: "rows.items",
      body: [
        {
          id: "price",
          type: "tool",
          toolName: "p",
          toolArgs: { cost: "{{ item.cost }}", margin: "{{ inputs.margin }}" },
        },
        { id: "shelf", type: "condition", expression: "price.gross > 0", truePath: [{ id: "plain", type: "tool" }] },
      ],
    },
  ],
};
const paths = new Set(["rows", "listings", "listings.price", "listings.shelf", "listings.shelf.plain"]);
const configs = nodeConfigs(blueprint, (path) => paths.has(path));

const outputs: Readonly<Record<string, Json>> = {
  rows: { items: [{ cost: 3 }, { cost: null, name: "bowl" }] },
  "listings[1].price": { gross: 4 },
};
const around = (at: string): Surroundings => ({
  at,
  configs,
  inputs: { margin: 0.4 },
  has: (path) => path in outputs,
  outputOf: async (path) => outputs[path],
});

test("nodes are found in the lists of their containers", () => {
  expect([...configs.keys()].toSorted()).toEqual([...paths].toSorted());
  expect(inputTemplate(configs.get("listings.price")!)).toMatchObject({ field: "toolArgs" });
  expect(inputTemplate(configs.get("listings.shelf")!)).toEqual({ template: { expression: "{{ price.gross > 0 }}" } });
});

test("items, inputs and outputs of nodes around are found", async () => {
  const values = await evaluated(
    ["item.cost", "item.name", "index", "inputs.margin", "price.gross", "rows.items[0].cost", "size(rows)", "none.x"],
    around("listings[1].shelf.plain"),
  );
  expect(Object.fromEntries(values)).toEqual({
    "item.cost": null,
    "item.name": "bowl",
    index: 1,
    "inputs.margin": 0.4,
    "price.gross": 4,
    "rows.items[0].cost": 3,
  });
  expect(await itemOf("listings", 1, around("listings[1].price"))).toMatchObject({ source: "rows.items[1]" });
  expect(await itemOf("listings", 9, around("listings[9].price"))).toBeUndefined();
});

test("templates are filled in as far as values are known", () => {
  const template = { cost: "{{ item.cost }}", text: 'Pay {{ n }} to {{ f("}}") }}', list: ["{{ n }}", 1] };
  expect(expressionsIn(template)).toEqual(["item.cost", "n", 'f("}}")']);
  const known = new Map<string, Json>([
    ["item.cost", null],
    ["n", { a: 1 }],
  ]);
  expect(rendered(template, known)).toEqual({
    cost: null,
    text: 'Pay {"a":1} to {{ f("}}") }}',
    list: [{ a: 1 }, 1],
  });
});

test("a path is names and indexes alone", () => {
  expect(pathOfExpression('a.b[3]["Postal Code"]')).toEqual(["a", "b", 3, "Postal Code"]);
  for (const other of ["a.b()", "a + b", "a.?b", "", "3", 'a["x\\""]']) expect(pathOfExpression(other)).toBeUndefined();
  expect(partAt({ a: [1] }, ["a", "length"])).toBeUndefined();
  expect(partAt({ a: null }, ["a", "b"])).toBeUndefined();
});
