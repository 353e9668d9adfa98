import { z } from "zod";
import { ConversationStore } from "../journal/conversation-store.ts";
import { jsonValueSchema } from "../json/value-schemas.ts";
import { LanguageModelService } from "../services/language-model-service.ts";
import { defineNode } from "./define-node.ts";

export const agentNode = defineNode({
  type: "agent",
  description: "Runs an agent: a registered one (`package`), or an inline one with a model and an allow-list of tools.",
  config: z.object({
    package: z.string().min(1).optional().describe("Name of a registered agent."),
    model: z.string().min(1).optional().describe("`provider/model` of an inline agent; template allowed."),
    system: z.string().optional().describe("System message of an inline agent; template allowed."),
    tools: z.array(z.string().min(1)).optional().describe("Names of the tools that an inline agent may call."),
    input: jsonValueSchema.optional().describe("Input of the agent; templates allowed. Default null."),
    maxIterations: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe(
        "Maximum number of steps: answers of a model, or steps reported by a function. Default: the agent's own, else 10.",
      ),
    memory: z
      .strictObject({
        scope: z
          .enum(["run", "store"])
          .default("run")
          .describe(
            "Where the conversation lives: in this run, or in the store, for all runs of the tenant. Default run.",
          ),
        thread: z.string().min(1).describe("Name of the conversation, 1 to 200 characters; template allowed."),
        maxTurns: z
          .int()
          .min(1)
          .max(1000)
          .default(20)
          .describe("Maximum number of earlier turns passed to the agent. Default 20."),
      })
      .optional()
      .describe("Earlier turns of the same thread are passed to the agent, and this one is added. Default: none."),
  }),
  declares: z.object({
    output: z.unknown().describe("The answer."),
    text: z.string().describe("The answer as text."),
    steps: z.number().describe("Number of steps that the agent took."),
    toolCalls: z.array(z.unknown()).describe("Tool calls, in order."),
    finishReason: z.string().describe("Why the agent stopped."),
    usage: z.record(z.string(), z.number()).describe("Tokens and cost."),
  }),
  fields: {
    model: { syntax: "template" },
    system: { syntax: "template" },
    input: { syntax: "template" },
    "memory.thread": { syntax: "template" },
  },
  refine: (node) => {
    const inline = (["model", "system", "tools"] as const).filter((field) => node[field] !== undefined);
    if (node.package === undefined && node.model === undefined)
      return [{ field: "", message: "an agent needs `package` (a registered agent) or `model`" }];
    if (node.package !== undefined && inline.length > 0)
      return [{ field: inline[0]!, message: `\`package\` and \`${inline[0]}\` exclude each other: remove one` }];
    return [];
  },
  conversation: ({ memory }) => (memory?.scope === "run" ? memory : undefined),
  uses: (node) => {
    const conversations =
      node.memory?.scope === "store" ? [{ service: ConversationStore, keys: ["memory", "scope"] }] : [];
    return node.package === undefined
      ? {
          services: [{ service: LanguageModelService, keys: ["model"] }, ...conversations],
          models: node.model === undefined ? [] : [{ name: node.model, keys: ["model"] }],
          tools: (node.tools ?? []).map((name, index) => ({
            name,
            keys: ["tools", index],
          })),
        }
      : { agents: [{ name: node.package, keys: ["package"] }], services: conversations };
  },
});
