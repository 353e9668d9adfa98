import type { builtinNodes } from "@ice/core";
import { caseName } from "@ice/core/internal";
import type { BuiltinActivation } from "../builtin-activation.ts";

type SwitchActivation = BuiltinActivation<typeof builtinNodes.switch>;

/** Recorded before the path runs. A resume keeps the choice. `index`: of the case; null if none is true. */
type Choice = { readonly index: number | null };

/** Runs the path of the first case whose condition is true; the nodes of the other paths are skipped. */
export async function executeSwitch(activation: SwitchActivation): Promise<unknown> {
  const { cases } = activation.config;
  const { index } = (activation.checkpointed as Choice | undefined) ?? choose(activation);
  const taken = index === null ? "otherwise" : `cases.${index}`;
  for (const group of activation.node.children.keys())
    if (group !== taken) activation.children.skip(group, "branchNotTaken");
  if (!activation.node.children.has(taken)) return { case: null, output: null, nodes: {} };
  const { error, output, outputs } = await activation.runChildren(taken);
  if (error !== undefined) throw error;
  return { case: index === null ? taken : caseName(cases[index]!, index), output, nodes: outputs };
}

function choose(activation: SwitchActivation): Choice {
  const found = activation.config.cases.findIndex((_, index) => activation.evaluate(`cases[${index}].when`) === true);
  const choice = { index: found < 0 ? null : found };
  // The records of the path follow this one, so nothing waits for it.
  void activation.checkpoint(choice);
  return choice;
}
