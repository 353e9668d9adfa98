import type { builtinNodes } from "@ice/core";
import type { BuiltinActivation } from "../builtin-activation.ts";

type ParallelActivation = BuiltinActivation<typeof builtinNodes.parallel>;

/** The name of the group of children of a branch. */
export const branchKey = (index: number): string => `branches.${index}`;

/**
 * The order in which branches start: that of the list. After a resume, branches with records come first, ordered by the last of
 * their nodes that ran, so that branches that had ended end again in the same order.
 */
export function startingOrder({ config, node, path, run }: ParallelActivation): number[] {
  const order = [...config.branches.keys()];
  const recorded = new Map(
    (run.history?.outcomesIn(`${path}.`) ?? []).map((outcome, at) => [outcome.path, { outcome, at }]),
  );
  if (recorded.size === 0) return order;
  const endOf = (index: number): number => {
    const nodes = node.children.get(branchKey(index))!.nodes.flatMap(({ id }) => recorded.get(`${path}.${id}`) ?? []);
    // The record of a skipped node may come after the end of its branch.
    const ran = nodes.filter(({ outcome }) => outcome.node.attempts > 0);
    return nodes.length === 0 ? recorded.size : Math.max(...(ran.length > 0 ? ran : nodes).map(({ at }) => at));
  };
  const ends = order.map(endOf);
  return order.toSorted((a, b) => ends[a]! - ends[b]!);
}
