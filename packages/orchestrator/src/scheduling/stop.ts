import type { NodePlan } from "../plan/plan.ts";

/** How a scope is stopped: running nodes are cancelled, and nothing new starts. */
export interface Stop {
  /**
   * Whether a node nevertheless starts or continues.
   *
   * @param begunAfter - number of siblings with an outcome when the node started; absent if it has not started.
   */
  spares(node: NodePlan, begunAfter?: number): boolean;
}

export const cancelled: Stop = { spares: () => false };

/**
 * Only `ended` joins start. Those that had started before are cancelled, unless the failed node is one of them: they clean up,
 * and do not cancel each other.
 *
 * @param outcomes - number of siblings with an outcome, including the failed one. Default: a failure in this process, before
 * which everything that runs has started.
 */
export function haltedBy(failed: NodePlan, outcomes = Infinity): Stop {
  const first = failed.join === "ended" ? 0 : outcomes;
  return { spares: ({ join }, begunAfter = Infinity) => join === "ended" && begunAfter >= first };
}
