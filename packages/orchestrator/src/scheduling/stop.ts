import type { NodePlan } from "../plan/plan.ts";

/** How a scope is stopped: what runs is cancelled, and nothing new starts. */
export interface Stop {
  /**
   * Whether a node starts, or goes on, nevertheless.
   *
   * @param begunAfter - how many siblings had an outcome when the node began; absent when it has not begun.
   */
  spares(node: NodePlan, begunAfter?: number): boolean;
}

export const cancelled: Stop = { spares: () => false };

/**
 * Only `ended` joins start. Those that had begun before are cancelled, unless the node that failed is one of them: they are
 * cleaning up, and cancel each other no more.
 *
 * @param outcomes - how many siblings had an outcome, the failed one included. Default: a failure of this process, before which
 * everything has begun that runs.
 */
export function haltedBy(failed: NodePlan, outcomes = Infinity): Stop {
  const first = failed.join === "ended" ? 0 : outcomes;
  return { spares: ({ join }, begunAfter = Infinity) => join === "ended" && begunAfter >= first };
}
