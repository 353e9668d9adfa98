import { z } from "zod";
import { nodeListSchema } from "./base.ts";
import { defineNode } from "./define-node.ts";

export const conditionNode = defineNode({
  type: "condition",
  description: "Runs one of two paths. The nodes of the other path are skipped (`branchNotTaken`).",
  config: z.object({
    expression: z.string().describe("CEL boolean that chooses the path."),
    truePath: nodeListSchema.describe("Nodes that run when the expression is true; a DAG."),
    falsePath: nodeListSchema.optional().describe("Nodes that run when the expression is false; a DAG."),
  }),
  declares: z.object({
    result: z.boolean().describe("Value of the expression."),
    branch: z.enum(["true", "false"]).describe("The path that ran."),
    output: z.unknown().describe("Output of the last node of that path; null for an empty path."),
    nodes: z.record(z.string(), z.unknown()).describe("Node id → output of that path."),
  }),
  sideEffects: "none",
  caches: false,
  holdsSlot: false,
  fields: { expression: { syntax: "expression", result: "boolean" } },
  children: (node) =>
    (["true", "false"] as const).flatMap((label) => {
      const key = `${label}Path` as const;
      const nodes = node[key];
      return nodes === undefined ? [] : [{ key, keys: [key], label, nodes, locals: [] }];
    }),
});
