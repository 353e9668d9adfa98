// Untrusted code: a rule of a customer scores orders, with one granted tool and hard limits.
import { defineTool } from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { z } from "zod";

const rates: Readonly<Record<string, number>> = { eur: 1.1, usd: 1 };
const exchangeRate = defineTool({
  name: "exchange_rate",
  description: "How many dollars one unit of a currency is worth.",
  args: z.strictObject({ currency: z.string() }),
  sideEffects: "none",
  run: ({ currency }) => rates[currency] ?? null,
});

// Written by a customer, stored in a database: for ice it is text.
const rule = `
  interface Order { id: string; amount: number; currency: string }
  const scored = await Promise.all(input.orders.map(async (order: Order) => {
    const rate = await tools.call("exchange_rate", { currency: order.currency });
    return { id: order.id, dollars: Math.round(order.amount * rate) };
  }));
  console.log("scored", scored.length);
  return scored.filter(({ dollars }) => dollars > 50);
`;

const { close } = await initializeOrchestrator({ tools: [exchangeRate] });
const workflow = new Workflow(
  [
    {
      id: "large",
      type: "code",
      language: "typescript",
      code: rule,
      input: { orders: "{{ inputs.orders }}" },
      grants: { tools: ["exchange_rate"] },
      limits: { fuel: 10_000_000, memoryMiB: 16 },
    },
    {
      id: "runaway",
      type: "code",
      language: "javascript",
      code: "for (;;) {}",
      limits: { fuel: 1_000_000 },
      onError: { output: { stopped: "{{ error.code }}" } },
    },
    {
      id: "curious",
      type: "code",
      language: "javascript",
      code: "return { process: typeof process, fetch: typeof fetch, env, now: Date.now() };",
    },
  ],
  { name: "code-node" },
);
const { status, output, usage } = await workflow.execute({
  orders: [
    { id: "a", amount: 20, currency: "usd" },
    { id: "b", amount: 90, currency: "eur" },
  ],
});
console.log(status, output);
console.log(
  `${usage.toolCalls} tool calls, ${usage.hostCalls} host calls, ${usage.fuel > 1_000_000 ? "fuel counted" : "?"}`,
);
await close();
