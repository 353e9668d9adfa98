import type { TimeSlice } from "@ice/core/internal";
import type { NodePlan } from "../plan/plan.ts";

/** What steps of a run cost, roughly, in units of the smallest ones: a node that looks at what it waits for. */
export const stepCost = {
  /** A node looks, or is released. */
  look: 1,
  /** A node starts. */
  node: 8,
  /** Something is evaluated, or children are started. */
  evaluation: 32,
} as const;

/** What it costs that a node looks. */
export const pollCost = ({ when }: NodePlan): number => (when === undefined ? stepCost.look : stepCost.evaluation);

/** What it costs to start a node. */
export function startCost({ eagerFields, isContainer, outputSchema }: NodePlan): number {
  const evaluates = eagerFields.length > 0 || isContainer || outputSchema !== undefined;
  return evaluates ? stepCost.evaluation : stepCost.node;
}

/** Steps of this cost may pass between two looks at the clock: about 0.1 ms at most, when every node is skipped. */
const unlooked = 128;

/**
 * Asks the time slice on behalf of an engine. A look at the clock takes as long as the smallest steps of a run, so that
 * steps add up to `unlooked` before it is asked. Once the slice is over, it is over for every run until the event loop has turned.
 */
export class Pace {
  readonly slice: TimeSlice;
  #cost = 0;
  #over = false;

  constructor(slice: TimeSlice) {
    this.slice = slice;
  }

  /** True when what comes next has to wait for a later turn of the event loop. `cost`: of the step that was done, or comes next. */
  isOver(cost: number): boolean {
    this.#cost += cost;
    if (this.#cost < unlooked && !this.#over) return false;
    this.#cost = 0;
    return (this.#over = this.slice.isOver());
  }

  /** Waits for a later turn of the event loop when the slice of this one is over. */
  async turn(): Promise<void> {
    if (this.isOver(stepCost.evaluation)) await this.slice.next();
  }
}
