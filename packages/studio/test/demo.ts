import { defineTool, IceError, type JsonObject, type RegisteredBlueprint } from "@ice/core";
import { z } from "zod";
import { agents, models, modelWorkflows } from "./demo-models.ts";
import { servePage, type ServedPage } from "./serve-page.ts";

const categories = ["Kitchen", "Lighting", "Textiles", "Garden", "Office"];

/** An inventory, three items of which cannot be priced. */
export const items = Array.from({ length: 48 }, (_, index) => ({
  sku: `SA-${String(index + 1).padStart(3, "0")}`,
  name: `Enamel bowl, ${index + 8} cm`,
  category: categories[index % categories.length]!,
  cost: [15, 21, 42].includes(index) ? null : 4 + (index % 9),
  stock: (index * 7) % 40,
}));

const echo = (id: string, toolArgs: object, more: object = {}): JsonObject =>
  ({ id, type: "tool", toolName: "echo", toolArgs, ...more }) as JsonObject;

const review = {
  id: "review",
  type: "human",
  dependencies: ["summary"],
  promptMessage: "Publish 45 listings in 5 categories? 3 items need attention and are left out.",
  approvalType: "input",
  timeoutSeconds: 86_400,
  responseSchema: {
    type: "object",
    properties: {
      decision: { type: "string", title: "Decision", enum: ["publish", "publish without textiles", "hold back"] },
      discount: {
        type: "number",
        title: "Opening discount",
        description: "Percent off the computed price, for one week. 0 to 30.",
        minimum: 0,
        maximum: 30,
      },
      gift: { type: "boolean", title: "Wrap as a gift" },
      note: { type: "string", title: "Note for the shop team", maxLength: 500 },
    },
    required: ["decision"],
  },
};

/** Workflows of the demo. */
const workflows: readonly RegisteredBlueprint[] = [
  {
    name: "seller-assistant",
    version: "0.1.0",
    description: "Turns an inventory into listings with prices, and asks before they are published.",
    inputs: {
      type: "object",
      properties: {
        margin: { type: "number", title: "Margin", default: 0.4, description: "Part of the price, 0 to 1." },
        items: { type: "array", title: "Items", items: { type: "object" } },
      },
      required: ["items"],
    },
    nodes: [
      echo("rows", { items: "{{ inputs.items }}" }),
      {
        id: "listings",
        type: "loop",
        itemsSource: "rows.items",
        parallel: true,
        onItemError: "collect",
        body: [
          {
            id: "price",
            type: "tool",
            toolName: "price_item",
            toolArgs: { cost: "{{ item.cost }}", margin: "{{ inputs.margin }}" },
          },
          {
            id: "shelf",
            type: "condition",
            expression: "item.category in ['Lighting', 'Kitchen'] && price.gross > 0",
            truePath: [echo("featured", { name: "{{ item.name }}" })],
            falsePath: [echo("plain", { name: "{{ item.name }}" })],
          },
        ],
      },
      echo("summary", { count: "{{ size(listings) }}" }),
      review,
      echo("saved", { answer: "{{ review }}" }),
    ],
  },
  {
    name: "approve-refund",
    version: "1.0.0",
    description: "Asks whether a refund is paid.",
    inputs: { type: "object", properties: { amount: { type: "number", title: "Amount" } }, required: ["amount"] },
    nodes: [
      echo("order", { amount: "{{ inputs.amount }}" }),
      {
        id: "approve",
        type: "human",
        approvalType: "approval",
        promptMessage: "Refund {{ order.amount }} EUR to the customer?",
      },
      echo("paid", { ok: "{{ approve }}" }, { dependencies: ["approve"] }),
    ],
  },
  {
    name: "slow-steps",
    version: "2.0.0",
    description: "Three steps of some hundred milliseconds each.",
    nodes: ["first", "second", "third"].map((id, index, all) => ({
      id,
      type: "tool",
      toolName: "sleep_ms",
      toolArgs: { ms: 400 },
      ...(index > 0 && { dependencies: [all[index - 1]!] }),
    })),
  },
  {
    name: "no-luck",
    version: "1.1.0",
    description: "Fails, with an error that says what to do.",
    nodes: [
      { id: "price", type: "tool", toolName: "price_item", toolArgs: { cost: null, margin: 0.1 } },
      echo("after", { price: "{{ price }}" }),
    ],
  },
  {
    name: "many",
    version: "1.0.0",
    inputs: { type: "object", properties: { items: { type: "array" } }, required: ["items"] },
    description: "A thousand nodes and a loop of five hundred.",
    nodes: [
      ...["intake", "clean", "price"].map((id, at) => stage(id, at)),
      {
        id: "reprice",
        type: "loop",
        dependencies: ["price"],
        itemsSource: "inputs.items",
        itemVar: "n",
        parallel: true,
        onItemError: "collect",
        body: [
          {
            id: "fetch",
            type: "tool",
            toolName: "price_item",
            toolArgs: { cost: "{{ n in [41, 118, 203, 204, 290] ? dyn(null) : dyn(3) }}", margin: 0.2 },
          },
        ],
      },
      echo("report", { done: true }, { dependencies: ["reprice"] }),
    ],
  },
];

/** A scope of nodes in columns. */
function stage(id: string, at: number): JsonObject {
  const columns = 8;
  const rows = 21;
  const nodes = Array.from({ length: columns * rows }, (_, index) => {
    const [column, row] = [Math.floor(index / rows), index % rows];
    const dependencies = column === 0 ? [] : [`${id}_${column - 1}_${(row * 5 + column) % rows}`];
    return echo(`${id}_${column}_${row}`, { row }, { dependencies });
  });
  return {
    id,
    type: "scope",
    body: nodes,
    ...(at > 0 && { dependencies: [["intake", "clean"][at - 1]!] }),
  } as unknown as JsonObject;
}

/** A server with the demo behind it. */
export interface Demo extends ServedPage {
  /** @param workflow - its name, or a blueprint. */
  start(workflow: string | object, inputs?: JsonObject): Promise<string>;
  read(path: string): Promise<unknown>;
  /** Answers the first open request of a run. */
  answer(runId: string, answer: JsonObject): Promise<void>;
}

export async function startDemo(assets: string, port = 0): Promise<Demo> {
  const served = await servePage(
    { workflows: [...workflows, ...modelWorkflows], tools: [priceItem, sleepMs], agents, plugins: [models] },
    { assets, port, scopes: ["run", "respond", "read", "author"] },
  );
  const send = async (path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(served.url + path, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${served.token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return answer.json();
  };
  return {
    ...served,
    async start(workflow, inputs = {}) {
      const what = typeof workflow === "string" ? { workflow } : { blueprint: workflow };
      const body = (await send("/v1/runs", { ...what, inputs })) as { runId?: string };
      if (body.runId === undefined) throw new Error(`it did not start: ${JSON.stringify(body)}`);
      return body.runId;
    },
    read: (path) => send(path),
    async answer(runId, answer) {
      const { tasks } = (await send(`/v1/tasks?runId=${runId}`)) as { tasks: { token: string }[] };
      await send(`/v1/tasks/${tasks[0]!.token}`, answer);
    },
  };
}

const priceItem = defineTool({
  name: "price_item",
  description: "Computes a price.",
  args: z.object({ cost: z.number().nullable(), margin: z.number() }),
  run({ cost, margin }) {
    if (cost === null)
      throw new IceError("SHOP_BAD_COST", "there is no cost to price from: null", {
        fix: "ask the supplier for the price",
      });
    return { gross: Math.round(cost * (1 + margin) * 100) / 100 };
  },
});

const sleepMs = defineTool({
  name: "sleep_ms",
  description: "Waits.",
  args: z.object({ ms: z.number() }),
  async run({ ms }) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { slept: ms };
  },
});
