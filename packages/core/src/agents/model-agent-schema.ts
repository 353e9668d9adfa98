import { z } from "zod";
import { jsonSchemaSchema } from "../json/value-schemas.ts";
import type { ModelAgent } from "./define-agent.ts";

const text = z.string().min(1);

/** An agent on a model as plain data. A description says what to give a field; it is part of fixes. */
export const modelAgentSchema = z
  .strictObject({
    name: text.describe("a name, by which nodes call it"),
    model: text.describe("`provider/model`, or an alias"),
    description: z.string().optional().describe("a sentence about it; default none"),
    system: z.string().optional().describe("the system message; default none"),
    tools: z.array(text).optional().describe("a list of the names of tools that it may call; default none"),
    maxIterations: z.int().min(1).max(1000).optional().describe("a number of answers of the model at most; default 10"),
    temperature: z.number().min(0).max(2).optional().describe("a number from 0 to 2; default the model's own"),
    maxTokens: z.int().min(1).optional().describe("a number of tokens of an answer at most; default the model's own"),
    jsonSchema: jsonSchemaSchema
      .optional()
      .describe("a JSON Schema of the last answer, which is checked; default none"),
  } satisfies Readonly<Record<keyof ModelAgent, z.ZodType>>)
  .describe("an agent on a model: { name, model, system, tools, … }");

/** What a member of a swarm may change of its agent, if that is on a model. */
export const memberOverridesSchema = modelAgentSchema
  .pick({ model: true, system: true, temperature: true, maxTokens: true })
  .partial();
