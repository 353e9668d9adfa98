import { defineNode, defineTool } from "@ice/core";
import { z } from "zod";
import { cel, t } from "./templates.ts";
import { workflow } from "./workflow.ts";

const csvRead = defineTool({
  name: "csv_read",
  args: z.object({ path: z.string(), limit: z.number().optional() }),
  output: z.object({ items: z.array(z.object({ name: z.string(), cost: z.number() })), count: z.number() }),
  run: () => ({ items: [], count: 0 }),
});
const price = defineTool({
  name: "price",
  args: z.object({ cost: z.number() }),
  output: z.object({ total: z.number() }),
  run: ({ cost }) => ({ total: cost }),
});
const sentiment = defineNode({
  type: "sentiment",
  config: z.object({ text: z.string() }),
  output: z.object({ score: z.number() }),
});

const start = workflow("typed", { inputs: z.object({ csv: z.string() }) }).tool("rows", csvRead, ({ inputs }) => ({
  path: inputs.csv,
}));

// What fits compiles.
start
  .loop(
    "listings",
    ({ rows }) => rows.items,
    (item) =>
      item
        .tool("price", price, ({ item }) => ({ cost: item.cost }))
        .condition(
          "branch",
          ({ price }) => cel`${price.total} > 10`,
          (then) => then.node("mood", sentiment, ({ item }) => ({ text: t`Buy ${item.name}` })),
        )
        .tool("again", price, ({ branch }) => ({ cost: branch.nodes.mood.score })),
    { onItemError: "collect" },
  )
  .tool("last", price, ({ listings }) => ({ cost: listings[0]!.total }))
  .parallel("both", [
    (b) => b.tool("left", price, () => ({ cost: 1 })),
    (b) => b.tool("right", price, () => ({ cost: 2 })),
  ])
  .tool("sum", price, ({ both }) => ({ cost: cel<number>`${both.left.total} + ${both.right.total}` }))
  .build();

// A wrong path into an upstream output.
// @ts-expect-error there is no `lines` in the output of `rows`
start.tool("x", price, ({ rows }) => ({ cost: rows.lines }));
// @ts-expect-error `name` is a string, `cost` wants a number
start.tool("x", price, ({ rows }) => ({ cost: rows.items[0]!.name }));
// @ts-expect-error a node that does not exist
start.tool("x", price, ({ row }) => ({ cost: row.count }));
// Wrong tool arguments.
// @ts-expect-error `cost` is missing
start.tool("x", price, () => ({}));
// @ts-expect-error `cost` is no string
start.tool("x", price, () => ({ cost: "a lot" }));
// @ts-expect-error there is no input `file`
workflow("w", { inputs: z.object({ csv: z.string() }) }).tool("rows", csvRead, ({ inputs }) => ({ path: inputs.file }));
// @ts-expect-error a definition wants its own fields
start.node("x", sentiment, () => ({ txt: "a" }));
// @ts-expect-error `price` has no argument `discount`
start.tool("x", price, () => ({ cost: 1, discount: 2 }));

const shelf = defineTool({ name: "shelf", args: z.object({ kind: z.enum(["wide", "narrow"]) }), run: () => null });
start.tool("x", shelf, () => ({ kind: "wide" }));
// @ts-expect-error there is no such kind
start.tool("x", shelf, () => ({ kind: "tall" }));
