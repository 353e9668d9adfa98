import { z } from "zod";
import { jsonObjectSchema, jsonValueSchema } from "../json/value-schemas.ts";
import { defineNode } from "./define-node.ts";

export const workflowNode = defineNode({
  type: "workflow",
  description: "Runs another workflow as one node. It sees only its own inputs.",
  config: z.object({
    workflowRef: z
      .string()
      .min(1)
      .describe(
        "`name` or `name@version` of a registered workflow, or `./file.yaml` relative to this blueprint's file.",
      ),
    inputs: jsonObjectSchema.default({}).describe("Inputs of the sub-workflow; templates allowed."),
    exposedOutputs: z
      .record(z.string(), z.string())
      .optional()
      .describe("Map name → CEL expression over `output` of the child. Default: its whole output."),
    detached: z
      .boolean()
      .default(false)
      .describe(
        "Starts the workflow as a run of its own, with its own budget, limits and end, and does not wait for it: the output is { runId }. Default false.",
      ),
    runId: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("Id of the detached run; template allowed. Default: derived from this run and node."),
  }),
  declares: jsonValueSchema.describe(
    "The output of the sub-workflow, or a map of the `exposedOutputs`, or { runId } of a detached run.",
  ),
  sideEffects: "none",
  holdsSlot: false,
  fields: {
    inputs: { syntax: "template" },
    runId: { syntax: "template" },
    exposedOutputs: { syntax: "expression", phase: "lazy", locals: ["output"] },
  },
  refine: ({ detached, exposedOutputs, runId, cache }) => {
    if (!detached) return runId === undefined ? [] : [{ field: "runId", message: "`runId` requires `detached: true`" }];
    if (exposedOutputs !== undefined)
      return [{ field: "exposedOutputs", message: "`exposedOutputs` cannot be used with `detached: true`" }];
    return cache === undefined ? [] : [{ field: "cache", message: "`cache` cannot be used with `detached: true`" }];
  },
  uses: (node) => ({ workflow: { ref: node.workflowRef, keys: ["workflowRef"] } }),
});
