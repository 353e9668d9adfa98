import { defineTool, IceError } from "@ice/core";
import { z } from "zod";

const vat = 0.19;

/** Sales price of an item: cost plus margin plus VAT, rounded up to the next price that ends in .99 or .49. */
export const priceItem = defineTool({
  name: "price_item",
  description: "Computes the sales price of an item from its cost.",
  sideEffects: "none",
  args: z.strictObject({
    cost: z
      .custom<number>((value) => value !== undefined)
      .describe("Purchase price; what is no number fails the item."),
    margin: z.number().min(0).max(10).describe("Share of the cost that is added: 0.4 is 40 %."),
  }),
  output: z.object({ net: z.number(), gross: z.number(), margin: z.number() }),
  run({ cost, margin }) {
    if (typeof cost !== "number" || cost <= 0)
      throw new IceError("SHOP_BAD_COST", `there is no cost to price from: ${JSON.stringify(cost)}`, {
        fix: "ask the supplier for the price",
      });
    const net = cost * (1 + margin);
    const gross = Math.ceil(net * (1 + vat) * 2) / 2 - 0.01;
    return { net: round(net), gross: round(gross), margin: round(gross / (1 + vat) - cost) };
  },
});

const round = (value: number): number => Math.round(value * 100) / 100;
