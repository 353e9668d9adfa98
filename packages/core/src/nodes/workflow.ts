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
  }),
  declares: jsonValueSchema.describe("The output of the sub-workflow, or a map of the `exposedOutputs`."),
  sideEffects: "none",
  holdsSlot: false,
  fields: {
    inputs: { syntax: "template" },
    exposedOutputs: { syntax: "expression", phase: "lazy", locals: ["output"] },
  },
  uses: (node) => ({ workflow: { ref: node.workflowRef, keys: ["workflowRef"] } }),
});
