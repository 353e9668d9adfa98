import type { builtinNodes, ChildrenResult } from "@ice/core";
import type { BuiltinActivation } from "../builtin-activation.ts";
import { decisionOf, keepDecision, type Decision } from "../decision.ts";
import { branchKey, startingOrder } from "./starting-order.ts";

type ParallelActivation = BuiltinActivation<typeof builtinNodes.parallel>;

/** Outputs per branch; null for a branch that did not win. */
type BranchOutputs = (ChildrenResult["outputs"] | null)[];

/** Runs branches concurrently until enough have completed, or no longer can; the others are cancelled. */
export async function executeParallel(activation: ParallelActivation): Promise<unknown> {
  const decision = decisionOf(activation);
  const outputs = await (decision === undefined ? race(activation) : settled(activation, decision));
  return activation.config.mergeOutputs ? Object.assign({}, ...outputs.filter((output) => output !== null)) : outputs;
}

/**
 * Exactly as many branches win as `settle` requires, in the order of their ends.
 *
 * @throws the first failure if too many failed.
 */
async function race(activation: ParallelActivation): Promise<BranchOutputs> {
  const { branches, maxConcurrency = branches.length, settle } = activation.config;
  const needed = settle === "all" ? branches.length : settle === "first" ? 1 : settle.atLeast;
  const outputs: BranchOutputs = branches.map(() => null);
  const unstarted = startingOrder(activation);
  const skipUnstarted = (): void => {
    for (const index of unstarted.splice(0)) activation.children.skip(branchKey(index), "runStopped");
  };
  activation.onAbort(skipUnstarted);
  const losers = new AbortController();
  const winners: number[] = [];
  const failures: Error[] = [];
  let decided = false;
  const work = async (): Promise<void> => {
    for (let index = unstarted.shift(); index !== undefined; index = unstarted.shift()) {
      const result = await activation.runChildren(branchKey(index), { signal: losers.signal });
      if (decided || result.status === "cancelled") return;
      if (result.error === undefined) {
        winners.push(index);
        outputs[index] = result.outputs;
      } else failures.push(result.error);
      const won = winners.length === needed;
      decided = won || branches.length - failures.length < needed;
      if (!decided) continue;
      // Recorded before the other branches are cancelled, so that a resume finds the same winners.
      if (won && needed < branches.length) await keepDecision(activation, { winners });
      skipUnstarted();
      losers.abort();
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxConcurrency, branches.length) }, work));
  if (winners.length < needed && failures.length > 0) throw failures[0];
  return outputs;
}

/** An earlier process has decided: its winners have ended, and the rest of the other branches is cancelled. */
async function settled(activation: ParallelActivation, { winners }: Decision): Promise<BranchOutputs> {
  const signal = AbortSignal.abort();
  const settleBranch = async (_: unknown, index: number): Promise<BranchOutputs[number]> => {
    const won = winners.includes(index);
    const { outputs, error } = await activation.runChildren(branchKey(index), { signal: won ? undefined : signal });
    if (won && error !== undefined) throw error;
    return won ? outputs : null;
  };
  return Promise.all(activation.config.branches.map(settleBranch));
}
