import { z } from "zod";
import { jsonObjectSchema, jsonValueSchema } from "../json/value-schemas.ts";
import { nodeListSchema } from "./base.ts";
import { defineNode } from "./define-node.ts";

/** The data of an iteration, for its nodes and the condition. */
const locals = ["state", "iteration"];
const repeated = ["body", "workflowRef", "agentPackage", "recursiveSources"] as const;

export const recursiveNode = defineNode({
  type: "recursive",
  description: "Repeats a body, a sub-workflow, an agent or a declared back edge until a condition holds.",
  config: z.object({
    body: nodeListSchema
      .optional()
      .describe("Nodes that run in every iteration; a DAG that reads `state` and `iteration`."),
    workflowRef: z.string().min(1).optional().describe("Sub-workflow that runs in every iteration."),
    inputs: jsonObjectSchema
      .optional()
      .describe("Inputs of the sub-workflow; templates allowed. Default { state, iteration }."),
    agentPackage: z
      .string()
      .min(1)
      .optional()
      .describe("Registered agent that runs in every iteration; its input is { state, iteration }."),
    recursiveSources: z
      .array(z.string())
      .min(1)
      .optional()
      .describe("Ids of later siblings whose completion loops back to this node."),
    initialState: jsonValueSchema.optional().describe("Template: `state` of iteration 0. Default null."),
    convergenceCondition: z
      .string()
      .describe("CEL boolean over the new `state`, `iteration` and the body's nodes; true ends the loop."),
    maxIterations: z.int().min(1).max(100_000).default(50).describe("Maximum number of iterations. Default 50."),
  }),
  declares: z.object({
    output: z.unknown().describe("`state` after the last iteration."),
    iterations: z.number().describe("Number of iterations that ran."),
    converged: z.boolean().describe("Whether the condition was met."),
    reason: z.enum(["conditionMet", "maxIterations"]).describe("Why the loop ended."),
  }),
  sideEffects: "none",
  caches: false,
  holdsSlot: false,
  fields: {
    inputs: { syntax: "template", phase: "lazy", locals },
    initialState: { syntax: "template" },
    convergenceCondition: {
      syntax: "expression",
      result: "boolean",
      phase: "lazy",
      locals,
      children: true,
    },
    recursiveSources: { syntax: "backEdges", group: "body", locals },
  },
  refine: (node) => {
    const given = repeated.filter((field) => node[field] !== undefined);
    if (given.length !== 1)
      return [
        {
          field: given[1] ?? "",
          message: `a recursive node needs exactly one of ${repeated.join(", ")}; it has ${given.join(" and ") || "none"}`,
        },
      ];
    if (node.inputs !== undefined && given[0] !== "workflowRef")
      return [{ field: "inputs", message: "`inputs` requires `workflowRef`" }];
    return [];
  },
  children: (node) => (node.body === undefined ? [] : [{ key: "body", keys: ["body"], nodes: node.body, locals }]),
  uses: (node) => ({
    workflow: node.workflowRef === undefined ? undefined : { ref: node.workflowRef, keys: ["workflowRef"] },
    agents: node.agentPackage === undefined ? [] : [{ name: node.agentPackage, keys: ["agentPackage"] }],
  }),
});
