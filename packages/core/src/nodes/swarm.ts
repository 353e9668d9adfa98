import { z } from "zod";
import { jsonObjectSchema, jsonValueSchema } from "../json/value-schemas.ts";
import { defineNode } from "./define-node.ts";

const memberSchema = z.strictObject({
  package: z.string().min(1).describe("Name of a registered agent."),
  role: z.string().min(1).max(64).describe("Role in the swarm, unique."),
  configOverrides: jsonObjectSchema
    .default({})
    .describe("Configuration handed to this agent. Of one on a model: `model`, `system`, `temperature`, `maxTokens`."),
});

export const swarmNode = defineNode({
  type: "swarm",
  description: "Several agents work on one task: by consensus, under a leader, or by bidding.",
  config: z.object({
    agents: z.array(memberSchema).min(2).max(64).describe("The members, at least 2, with unique roles."),
    task: jsonValueSchema.describe("The task; template allowed."),
    coordinationStrategy: z
      .enum(["consensus", "hierarchical", "marketplace"])
      .describe(
        "consensus: proposals and votes; hierarchical: the first plans and synthesises; marketplace: the best bid executes.",
      ),
    maxRounds: z.int().min(1).max(100).default(10).describe("Maximum number of rounds of a consensus. Default 10."),
    consensusThreshold: z
      .number()
      .min(0.5)
      .max(1)
      .default(0.75)
      .describe("Share of votes that settles a consensus, 0.5 to 1. Default 0.75."),
  }),
  declares: z.object({
    result: z.unknown().describe("The common result."),
    strategy: z.enum(["consensus", "hierarchical", "marketplace"]).describe("`coordinationStrategy`."),
    rounds: z.number().describe("Number of rounds that ran."),
    converged: z.boolean().describe("Whether the members reached a result."),
    agents: z.array(z.unknown()).describe("What each member did."),
    transcript: z.array(z.unknown()).describe("The messages, in order."),
  }),
  fields: { task: { syntax: "template" } },
  refine: (node) => {
    const roles = node.agents.map((agent) => agent.role);
    const twice = roles.find((role, index) => roles.indexOf(role) !== index);
    return twice === undefined
      ? []
      : [{ field: "agents", message: `two agents have the role "${twice}": roles must be unique` }];
  },
  uses: (node) => ({
    agents: node.agents.map((agent, index) => ({
      name: agent.package,
      keys: ["agents", index, "package"],
      overrides: { value: agent.configOverrides, keys: ["agents", index, "configOverrides"] },
    })),
  }),
});
