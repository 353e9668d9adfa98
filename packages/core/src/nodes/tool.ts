import { z } from "zod";
import { jsonObjectSchema, jsonValueSchema } from "../json/value-schemas.ts";
import { defineNode } from "./define-node.ts";

export const toolNode = defineNode({
  type: "tool",
  description: "Calls a registered tool with explicit arguments. The output is what the tool returns.",
  config: z.object({
    toolName: z.string().min(1).describe("Name of a registered tool."),
    toolArgs: jsonObjectSchema
      .default({})
      .describe("Arguments of the tool; templates allowed. It receives nothing else."),
  }),
  declares: jsonValueSchema.describe("What the tool returns."),
  inputField: "toolArgs",
  usesAtMost: { toolCalls: 1, llmCalls: 0, totalTokens: 0, costUsd: 0 },
  fields: { toolArgs: { syntax: "template" } },
  uses: (node) => ({ tool: { name: node.toolName, argsField: "toolArgs", keys: ["toolName"] } }),
});
