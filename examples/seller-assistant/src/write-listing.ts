import { defineTool } from "@ice/core";
import { z } from "zod";

/** Text of a listing. A model could write it; this one needs no key. */
export const writeListing = defineTool({
  name: "write_listing",
  description: "Writes the text of a listing.",
  sideEffects: "none",
  args: z.strictObject({
    name: z.string().min(1).describe("Name of the item."),
    price: z.number().describe("Sales price in euros."),
    tone: z.enum(["featured", "plain"]).describe("featured: with a call to action."),
  }),
  output: z.object({ text: z.string() }),
  run: ({ name, price, tone }) => {
    const base = `${name} for €${price.toFixed(2)}`;
    return { text: tone === "featured" ? `${base} – in stock now, ships tomorrow` : base };
  },
});
