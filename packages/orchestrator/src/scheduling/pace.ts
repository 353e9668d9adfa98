import type { TimeSlice } from "@ice/core/internal";
import type { NodePlan } from "../plan/plan.ts";

/** Rough cost of the steps of a run, in units of the smallest: considering a node. */
export const stepCost = {
  /** A node is considered or released. */
  poll: 1,
  /** A node starts. */
  node: 8,
  /** An expression is evaluated, or children are started. */
  evaluation: 32,
} as const;

/** The cost of considering a node. */
export const pollCost = ({ when }: NodePlan): number => (when === undefined ? stepCost.poll : stepCost.evaluation);

/** The cost of starting a node. */
export function startCost({ eagerFields, isContainer, outputSchema }: NodePlan): number {
  const evaluates = eagerFields.length > 0 || isContainer || outputSchema !== undefined;
  return evaluates ? stepCost.evaluation : stepCost.node;
}

/** Total cost of the steps between two readings of the clock: about 0.1 ms at most, when every node is skipped. */
const readClockAfter = 128;

/**
 * Checks the time slice for an engine. Reading the clock takes as long as the smallest steps of a run, so steps are added up to
 * `readClockAfter` before it is read. Once the slice is over, it is over for every run until the next turn of the event loop.
 */
export class Pace {
  readonly slice: TimeSlice;
  #cost = 0;
  #over = false;

  constructor(slice: TimeSlice) {
    this.slice = slice;
  }

  /** True if the next step has to wait for a later turn of the event loop. `cost`: of the step that was done, or comes next. */
  isOver(cost: number): boolean {
    this.#cost += cost;
    if (this.#cost < readClockAfter && !this.#over) return false;
    this.#cost = 0;
    return (this.#over = this.slice.isOver());
  }

  /** Waits for a later turn of the event loop if the slice of this one is over. */
  async turn(): Promise<void> {
    if (this.isOver(stepCost.evaluation)) await this.slice.next();
  }
}
