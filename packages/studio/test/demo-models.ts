import { setTimeout as delay } from "node:timers/promises";
import {
  defineAgent,
  definePlugin,
  LanguageModelService,
  type Json,
  type ModelAnswer,
  type RegisteredBlueprint,
} from "@ice/core";

type Reply = Pick<ModelAnswer, "text" | "toolCalls"> & {
  readonly when: RegExp;
  readonly tokens: readonly [number, number];
};

const call = { id: "c1", name: "echo", arguments: '{"stock":7}' };

/** What a model answers to a request that contains something. */
const replies: readonly Reply[] = [
  {
    when: /Write to Kim/,
    text: "Dear Kim, your order has left our house this morning and will reach you tomorrow.",
    toolCalls: [],
    tokens: [412, 96],
  },
  { when: /"stock":7/, text: "There are 7 bowls left, so two can be sent today.", toolCalls: [], tokens: [350, 40] },
  { when: /How many bowls/, text: "I look into the stock.", toolCalls: [call], tokens: [300, 25] },
];

/** A model that answers in parts. */
const model: LanguageModelService = {
  describe: (name) => [{ model: name, cost: () => 0.0042 }],
  list: () => ({ models: [], aliases: {}, pricesDate: "2026-01-01" }),
  async generate(request, { onText }) {
    const asked = JSON.stringify(
      request.messages.map((message) => ("results" in message ? message.results[0]?.result : message)),
    );
    const { text, toolCalls, tokens } = replies.find(({ when }) => when.test(asked))!;
    for (const part of text.match(/.{1,8}/g) ?? []) {
      onText?.(part);
      await delay(30);
    }
    const usage = { inputTokens: tokens[0], outputTokens: tokens[1] };
    return { text, toolCalls, finishReason: toolCalls.length > 0 ? "tool-calls" : "stop", usage, warnings: [] };
  },
};

export const models = definePlugin({
  name: "demo-models",
  apiVersion: 1,
  setup: (host) => host.provide(LanguageModelService, model),
})();

const answers: Readonly<Record<string, (role: string) => Json>> = {
  propose: (role) => `${role}: ${role === "sales" ? "Bowls for every day" : "Enamel, made to last"}`,
  vote: () => "sales",
};

export const agents = [
  defineAgent({ name: "namer", run: ({ input, role }) => answers[(input as { phase: string }).phase]!(role) }),
];

const writer = "demo/writer";

/** Nodes that ask models, wait, and clean up. */
export const modelWorkflows: readonly RegisteredBlueprint[] = [
  {
    name: "support",
    version: "1.0.0",
    description: "Writes to a customer, looks into the stock, and lets two agents choose a name.",
    inputs: { type: "object", properties: { name: { type: "string", title: "Name" } }, required: ["name"] },
    nodes: [
      {
        id: "letter",
        type: "llm",
        model: writer,
        prompt: "Write to {{ inputs.name }}: the parcel is sent.",
        system: "Be brief.",
      },
      {
        id: "stock",
        type: "agent",
        model: writer,
        system: "You know the stock.",
        tools: ["echo"],
        input: "How many bowls are left for {{ inputs.name }}?",
      },
      {
        id: "slogan",
        type: "swarm",
        task: "A slogan for bowls",
        coordinationStrategy: "consensus",
        agents: ["sales", "design", "law"].map((role) => ({ package: "namer", role })),
      },
    ],
  },
  {
    name: "delivery",
    version: "1.0.0",
    description: "Reserves, waits for the payment and for a time, and cancels the reservation when something fails.",
    nodes: [
      {
        id: "booking",
        type: "scope",
        body: [
          { id: "reserve", type: "tool", toolName: "echo", toolArgs: { room: 4 } },
          {
            id: "charge",
            type: "tool",
            toolName: "price_item",
            toolArgs: { cost: null, margin: 0.1 },
            dependencies: ["reserve"],
          },
        ],
        compensate: { reserve: [{ id: "release", type: "tool", toolName: "echo", toolArgs: { room: 4 } }] },
        catch: { body: [{ id: "apologise", type: "tool", toolName: "echo", toolArgs: { text: "sorry" } }] },
        finally: [{ id: "close", type: "tool", toolName: "echo", toolArgs: {} }],
      },
      { id: "paid", type: "wait", signal: ["paid", "voucher"], timeoutSeconds: 86_400, dependencies: ["booking"] },
      { id: "cooling", type: "wait", seconds: 7200, dependencies: ["booking"] },
      {
        id: "sent",
        type: "tool",
        toolName: "echo",
        toolArgs: { paid: "{{ paid.payload }}" },
        dependencies: ["cooling"],
      },
    ],
  },
];
