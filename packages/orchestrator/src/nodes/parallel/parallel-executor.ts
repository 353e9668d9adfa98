import type { builtinNodes, ChildrenResult } from "@ice/core";
import type { BuiltinActivation } from "../builtin-activation.ts";

type ParallelActivation = BuiltinActivation<typeof builtinNodes.parallel>;

/** Runs branches side by side until enough of them completed, or enough can complete no more; the rest is cancelled. */
export async function executeParallel(activation: ParallelActivation): Promise<unknown> {
  const { branches, mergeOutputs, settle } = activation.config;
  const needed = settle === "all" ? branches.length : settle === "first" ? 1 : settle.atLeast;
  const outputs = await runBranches(activation, needed);
  return mergeOutputs ? Object.assign({}, ...outputs.filter((output) => output !== null)) : outputs;
}

/** Outputs per branch; null for one that did not complete in time. */
async function runBranches(
  activation: ParallelActivation,
  needed: number,
): Promise<(ChildrenResult["outputs"] | null)[]> {
  const { branches, maxConcurrency = branches.length } = activation.config;
  const outputs: (ChildrenResult["outputs"] | null)[] = branches.map(() => null);
  const losers = new AbortController();
  let next = 0;
  let completed = 0;
  let failed = 0;
  let failure: Error | undefined;
  const work = async (): Promise<void> => {
    while (next < branches.length && !losers.signal.aborted) {
      const index = next;
      next += 1;
      const result = await activation.runChildren(`branches.${index}`, { signal: losers.signal });
      if (result.status === "cancelled") return;
      if (result.error === undefined) {
        completed += 1;
        outputs[index] = result.outputs;
      } else {
        failed += 1;
        failure ??= result.error;
      }
      if (completed >= needed || branches.length - failed < needed) losers.abort();
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxConcurrency, branches.length) }, work));
  if (completed < needed && failure !== undefined) throw failure;
  return outputs;
}
