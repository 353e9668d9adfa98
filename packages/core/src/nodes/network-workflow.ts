import { z } from "zod";
import { jsonObjectSchema } from "../json/value-schemas.ts";
import { defineNode } from "./define-node.ts";

/** Name of the input that every workflow of a network has. */
export const networkInput = "global";

/** A workflow of a network, as a node of the network's run. Not registered, because it exists only in networks. */
export const networkWorkflowNode = defineNode({
  type: "network.workflow",
  description: "Runs a workflow of a network, as a separate run.",
  config: z.object({
    ref: z.string().min(1),
    inputs: jsonObjectSchema.default({}),
  }),
  declares: z.object({ output: z.unknown(), status: z.string(), runId: z.string() }),
  sideEffects: "none",
  caches: false,
  fields: { inputs: { syntax: "template" } },
  uses: (node) => ({ workflow: { ref: node.ref, keys: ["ref"], adds: [networkInput] } }),
});
