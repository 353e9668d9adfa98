import { z } from "zod";
import { jsonObjectSchema, jsonSchemaSchema } from "../json/value-schemas.ts";
import { LanguageModelService } from "../services/language-model-service.ts";
import { defineNode } from "./define-node.ts";

export const llmNode = defineNode({
  type: "llm",
  description: "Sends one request to a language model. No tools: use an agent for those.",
  config: z.object({
    model: z.string().min(1).describe("`provider/model`; template allowed."),
    prompt: z.string().describe("Prompt of the model; template allowed."),
    system: z.string().optional().describe("System message; template allowed."),
    temperature: z
      .number()
      .min(0)
      .max(2)
      .optional()
      .describe("Sampling temperature, 0 to 2. Default: the model's own."),
    maxTokens: z.int().min(1).optional().describe("Maximum number of tokens to generate. Default: the model's own."),
    jsonSchema: jsonSchemaSchema.optional().describe("JSON Schema of a structured answer; the answer is validated."),
    llmConfig: jsonObjectSchema.optional().describe("Options passed to the provider unchanged."),
  }),
  declares: z.object({
    text: z.string().describe("The answer as text."),
    object: z.unknown().describe("The structured answer, with `jsonSchema`."),
    model: z.string().describe("Model that answered."),
    finishReason: z.string().describe("Why the model stopped."),
    usage: z.record(z.string(), z.number()).describe("Tokens and cost."),
  }),
  usesAtMost: { toolCalls: 0 },
  needs: [LanguageModelService],
  uses: ({ model }) => ({ models: [{ name: model, keys: ["model"] }] }),
  fields: {
    model: { syntax: "template" },
    prompt: { syntax: "template" },
    system: { syntax: "template" },
    jsonSchema: { syntax: "schema" },
  },
});
