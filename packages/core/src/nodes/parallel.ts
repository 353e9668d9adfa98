import { z } from "zod";
import { nodeListSchema } from "./base.ts";
import { defineNode } from "./define-node.ts";

export const parallelNode = defineNode({
  type: "parallel",
  description:
    "Runs branches concurrently and settles when all, the first, or n of them have completed. The other branches are cancelled.",
  config: z.object({
    branches: z
      .array(nodeListSchema)
      .min(1)
      .describe("Lists of nodes, each a DAG; branches do not see each other's nodes."),
    maxConcurrency: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe("Maximum number of branches at a time. Default: all."),
    mergeOutputs: z
      .boolean()
      .default(true)
      .describe("One map node id → output (true), or a list of such maps in branch order. Default true."),
    settle: z
      .union([
        z.enum(["all", "first"]),
        z.strictObject({ atLeast: z.int().min(1).describe("Branches that must complete.") }),
      ])
      .default("all")
      .describe("How many branches must complete: all, first, or { atLeast: n }. Default all."),
  }),
  declares: z
    .union([z.record(z.string(), z.unknown()), z.array(z.unknown())])
    .describe("A map node id → output, or a list of such maps in branch order (`mergeOutputs: false`)."),
  sideEffects: "none",
  caches: false,
  holdsSlot: false,
  fields: {},
  refine: (node) => {
    const settle = node.settle;
    const branches = node.branches.length;
    return typeof settle === "object" && settle.atLeast > branches
      ? [{ field: "settle", message: `\`atLeast: ${settle.atLeast}\` can never be reached with ${branches} branches` }]
      : [];
  },
  children: (node) =>
    node.branches.map((nodes, index) => ({
      key: `branches.${index}`,
      keys: ["branches", index],
      nodes,
      locals: [],
    })),
});
