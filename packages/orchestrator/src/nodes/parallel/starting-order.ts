import type { builtinNodes } from "@ice/core";
import type { BuiltinActivation } from "../builtin-activation.ts";

type ParallelActivation = BuiltinActivation<typeof builtinNodes.parallel>;

/** The name of a branch among the groups of children. */
export const branchKey = (index: number): string => `branches.${index}`;

/**
 * The order in which branches start: as they are listed. After a resume those come first of which something is recorded, by
 * the last of their nodes that ran: branches that had ended by then end again in the same order.
 */
export function startingOrder({ config, node, path, run }: ParallelActivation): number[] {
  const order = [...config.branches.keys()];
  const recorded = new Map(
    (run.history?.outcomesIn(`${path}.`) ?? []).map((outcome, at) => [outcome.path, { outcome, at }]),
  );
  if (recorded.size === 0) return order;
  const endOf = (index: number): number => {
    const nodes = node.children.get(branchKey(index))!.nodes.flatMap(({ id }) => recorded.get(`${path}.${id}`) ?? []);
    // A node that never ran follows from the others, and may be recorded after the end of its branch.
    const ran = nodes.filter(({ outcome }) => outcome.node.attempts > 0);
    return nodes.length === 0 ? recorded.size : Math.max(...(ran.length > 0 ? ran : nodes).map(({ at }) => at));
  };
  const ends = order.map(endOf);
  return order.toSorted((a, b) => ends[a]! - ends[b]!);
}
