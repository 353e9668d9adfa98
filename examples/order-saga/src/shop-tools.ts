import { setTimeout as delay } from "node:timers/promises";
import { defineTool, type ToolDefinition } from "@ice/core";
import { z } from "zod";
import { Shop, type Change } from "./shop.ts";

/** Between the effect of a request and its answer: the moment in which a crash hurts. */
const answerMs = 400;

/** Tools that make requests to a shop. */
export function shopTools(file: string): ToolDefinition[] {
  const shop = new Shop(file);

  const request = <Args extends z.ZodRawShape>(
    name: string,
    args: Args,
    changeOf: (args: z.output<z.ZodObject<Args>>) => Change = () => ({}),
  ): ToolDefinition =>
    defineTool({
      name,
      args: z.strictObject(args),
      async run(given, { idempotencyKey }) {
        const { number } = shop.serve(name, idempotencyKey, changeOf(given));
        await delay(answerMs);
        return { number };
      },
    });

  const item = z.string();
  return [
    request("reserve_stock", { item }, () => ({ stock: -1 })),
    request("release_stock", { reserved: z.number() }, () => ({ stock: 1 })),
    request("charge_card", { amount: z.number() }, ({ amount }) => ({ balance: amount })),
    request("refund_card", { charged: z.number(), amount: z.number() }, ({ amount }) => ({ balance: -amount })),
    request("book_courier", { item }),
    request("cancel_courier", { booked: z.number() }),
    request("notify_customer", { text: z.string() }),
    request("enter_in_books", { shipped: z.boolean() }),
  ];
}
