import { z } from "zod";
import { jsonValueSchema } from "../json/value-schemas.ts";
import { nodeListSchema } from "./base.ts";
import { defineNode } from "./define-node.ts";

export const loopNode = defineNode({
  type: "loop",
  description: "Runs a body once per item. The output is a list in item order.",
  config: z.object({
    itemsSource: z.string().describe("CEL expression that returns the list of items."),
    itemVar: z.string().default("item").describe("Name of the item in the body. Default item."),
    indexVar: z.string().default("index").describe("Name of the 0-based index in the body. Default index."),
    body: nodeListSchema.describe("Nodes that run for every item; a DAG."),
    parallel: z.boolean().default(false).describe("Whether items run at the same time. Default false."),
    maxConcurrency: z
      .int()
      .min(1)
      .max(10_000)
      .default(8)
      .describe("Maximum number of items at a time when parallel. Default 8."),
    maxIterations: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(1000)
      .describe("With more items than this, the loop fails before the first. Default 1000."),
    until: z
      .string()
      .optional()
      .describe("CEL boolean over the body's nodes; true ends the loop after this iteration. Not with parallel."),
    onItemError: z
      .enum(["fail", "skip", "collect"])
      .default("fail")
      .describe(
        "A failed item fails the loop, is omitted, or is replaced by { error: { code, message } }. Default fail.",
      ),
    settle: z
      .union([
        z.enum(["all", "first"]),
        z.strictObject({ atLeast: z.int().min(1).describe("Items that must complete.") }),
      ])
      .default("all")
      .describe(
        "With parallel: how many items must complete: all, first, or { atLeast: n }. The others are cancelled, and null in the output. Default all.",
      ),
    itemOutput: jsonValueSchema
      .optional()
      .describe(
        "Template over the body's nodes: the entry of an iteration in the output. Default: output of the body's last node.",
      ),
  }),
  declares: z
    .array(z.unknown())
    .describe("One entry per iteration, in item order; null for an item that `settle` did not wait for."),
  sideEffects: "none",
  caches: false,
  holdsSlot: false,
  fields: {
    itemsSource: { syntax: "expression", result: "list" },
    until: { syntax: "expression", result: "boolean", phase: "lazy", children: true },
    itemOutput: { syntax: "template", phase: "lazy", children: true },
  },
  refine: (node) => {
    const problems: { field: string; message: string }[] = [];
    if (node.parallel && node.until !== undefined)
      problems.push({
        field: "until",
        message: "`until` needs items that run one after another: it cannot be used with `parallel: true`",
      });
    if (node.settle !== "all" && !node.parallel)
      problems.push({ field: "settle", message: "`settle` requires `parallel: true`" });
    if (node.settle !== "all" && node.onItemError !== "fail")
      problems.push({
        field: "settle",
        message: "`settle` already says how many items may fail: it cannot be used with `onItemError`",
      });
    if (node.itemVar === node.indexVar)
      problems.push({ field: "indexVar", message: "`itemVar` and `indexVar` must differ" });
    return problems;
  },
  children: (node) => [
    {
      key: "body",
      keys: ["body"],
      nodes: node.body,
      locals: [node.itemVar, node.indexVar],
    },
  ],
});
