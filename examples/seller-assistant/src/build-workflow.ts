import { cel, t, workflow, type Refs } from "@ice/builder";
import type { BlueprintInput } from "@ice/core";
import type { createTools } from "@ice/tools";
import { z } from "zod";
import { priceItem } from "./price-item.ts";
import { writeListing } from "./write-listing.ts";

const row = z.object({
  sku: z.string(),
  name: z.string(),
  category: z.string(),
  cost: z.number(),
  stock: z.number(),
  notes: z.string().nullable(),
});

const measures = {
  listings: { op: "count" },
  averagePrice: { op: "avg", field: "price" },
  dearest: { op: "max", field: "price" },
} as const;

/** The arguments of a listing, from the item and its price. */
const listing =
  <Tone extends "featured" | "plain">(tone: Tone) =>
  ({ item, price }: Refs<{ item: z.output<typeof row>; price: { gross: number } }>) => ({
    name: item.name,
    price: price.gross,
    tone,
  });

/** The seller assistant, written with the typed builder. `seller-assistant.yaml` says the same as a file. */
export function buildWorkflow({ csvRead, aggregate, jsonWrite }: ReturnType<typeof createTools>): BlueprintInput {
  return workflow("seller-assistant", {
    version: "0.1.0",
    description: "Turns an inventory into listings with prices, and a summary per category.",
    inputs: z.object({ csv: z.string(), out: z.string(), margin: z.number().default(0.4) }),
  })
    .tool("rows", csvRead, ({ inputs }) => ({
      path: inputs.csv,
      types: { cost: "number", stock: "number", weight_kg: "number" },
    }))
    .loop(
      "listings",
      ({ rows }) => cel<z.output<typeof row>[]>`${rows.items}`,
      (item) =>
        item
          .tool("price", priceItem, ({ item, inputs }) => ({ cost: item.cost, margin: inputs.margin }))
          .condition("shelf", ({ item }) => cel`lower(${item.category}) in ['lighting', 'kitchen']`, {
            truePath: (path) => path.tool("featured", writeListing, listing("featured")),
            falsePath: (path) => path.tool("plain", writeListing, listing("plain")),
          }),
      {
        parallel: true,
        onItemError: "collect",
        itemOutput: ({ item, price, shelf }) => ({
          sku: item.sku,
          category: cel<string>`lower(${item.category})`,
          price: price.gross,
          margin: price.margin,
          text: cel<string>`${shelf.output}.text`,
          inStock: cel<boolean>`${item.stock} > 0`,
        }),
      },
    )
    .tool("summary", aggregate, ({ listings }) => ({
      items: cel<Record<string, string>[]>`${listings}.filter(l, has(l.sku))`,
      groupBy: ["category"],
      measures,
      sortBy: "category",
    }))
    .tool("saved", jsonWrite, ({ inputs, listings, summary }) => ({
      path: inputs.out,
      value: {
        listings: cel<string>`${listings}.filter(l, has(l.sku))`,
        failed: cel<string>`${listings}.filter(l, has(l.error))`,
        categories: summary.groups,
      },
    }))
    .outputs(({ rows, listings, summary, saved }) => ({
      listed: cel`size(${listings}.filter(l, has(l.sku)))`,
      failed: cel`${listings}.filter(l, has(l.error)).map(l, l.error.message)`,
      problems: rows.problems,
      categories: summary.groups,
      file: saved.path,
      note: t`${rows.count} rows read from ${cel`inputs.csv`}`,
    }))
    .build();
}
