import type { builtinNodes } from "@ice/core";
import type { BuiltinActivation } from "../builtin-activation.ts";

/** Runs another workflow as one node. The output is that of the workflow, or the `exposedOutputs`. */
export async function executeWorkflow(activation: BuiltinActivation<typeof builtinNodes.workflow>): Promise<unknown> {
  const { inputs, exposedOutputs } = activation.config;
  const { error, output } = await activation.runWorkflow(inputs);
  if (error !== undefined) throw error;
  return exposedOutputs === undefined ? output : activation.evaluateInTurns("exposedOutputs", { output });
}
