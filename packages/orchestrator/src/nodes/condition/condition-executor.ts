import type { builtinNodes } from "@ice/core";
import type { BuiltinActivation } from "../builtin-activation.ts";

/** Runs the branch that the expression selects; the nodes of the other branch are skipped. */
export async function executeCondition(
  activation: BuiltinActivation<typeof builtinNodes.condition, { readonly expression: boolean }>,
): Promise<unknown> {
  const result = activation.config.expression;
  const [taken, other] = result ? ["truePath", "falsePath"] : ["falsePath", "truePath"];
  activation.children.skip(other, "branchNotTaken");
  const branch = result ? "true" : "false";
  if (!activation.node.children.has(taken)) return { result, branch, output: null, nodes: {} };
  const { error, output, outputs } = await activation.runChildren(taken);
  if (error !== undefined) throw error;
  return { result, branch, output, nodes: outputs };
}
