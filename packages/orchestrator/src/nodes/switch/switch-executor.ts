import type { builtinNodes } from "@ice/core";
import { caseName } from "@ice/core/internal";
import type { BuiltinActivation } from "../builtin-activation.ts";

type SwitchActivation = BuiltinActivation<typeof builtinNodes.switch>;

/** Recorded before the path runs. A resume keeps the choice. `index`: of the case; null if none is true. */
type Choice = { readonly index: number | null };

/** Runs the path of the first case whose condition is true; the nodes of the other paths are skipped. */
export async function executeSwitch(activation: SwitchActivation): Promise<unknown> {
  const { cases } = activation.config;
  const { index } = (activation.checkpointed as Choice | undefined) ?? (await choose(activation));
  activation.current.check(); // a stop may have come meanwhile, and nothing is recorded below a node that has ended
  const taken = index === null ? "otherwise" : `cases.${index}`;
  for (const group of activation.node.children.keys())
    if (group !== taken) activation.children.skip(group, "branchNotTaken");
  if (!activation.node.children.has(taken)) return { case: null, output: null, nodes: {} };
  const { error, output, outputs } = await activation.runChildren(taken);
  if (error !== undefined) throw error;
  return { case: index === null ? taken : caseName(cases[index]!, index), output, nodes: outputs };
}

/** The conditions share the bounds of one node, and pause between two of them: the time limits around it count meanwhile. */
async function choose(activation: SwitchActivation): Promise<Choice> {
  const { run, node, current, config } = activation;
  const evaluation = run.bounds.evaluation(() => current.aborted);
  let index: number | null = null;
  for (const [at] of config.cases.entries()) {
    const value = node.lazyFields.get(`cases[${at}].when`)!.evaluateIn(activation, evaluation);
    if ((value instanceof Promise ? await value : value) !== true) continue;
    index = at;
    break;
  }
  const choice = { index };
  // The records of the path follow this one, so nothing waits for it.
  void activation.checkpoint(choice);
  return choice;
}
