import type { Limiter, SlotWaiter } from "./limiter.ts";
import { ReadyQueue } from "./ready-queue.ts";
import type { SiblingStates } from "./sibling-states.ts";

/** The nodes of a scope that are ready to start. A node that needs no slot does not wait behind one that does. */
export class ReadyNodes {
  readonly #siblings: SiblingStates;
  readonly #limiter: Limiter;
  readonly #withSlot = new ReadyQueue();
  readonly #withoutSlot = new ReadyQueue();

  constructor(siblings: SiblingStates, limiter: Limiter) {
    this.#siblings = siblings;
    this.#limiter = limiter;
  }

  push(position: number): void {
    const { holdsSlot } = this.#siblings.plan.nodes[position]!.definition;
    (holdsSlot ? this.#withSlot : this.#withoutSlot).push(position);
  }

  /** Takes the first node in list order that can start, with its slot; undefined if none can. */
  take(waiter: SlotWaiter): number | undefined {
    const needsSlot = this.#first(this.#withSlot);
    const needsNone = this.#first(this.#withoutSlot);
    const slotFirst = needsSlot !== undefined && (needsNone === undefined || needsSlot < needsNone);
    return slotFirst && this.#limiter.tryAcquire(waiter) ? this.#withSlot.pop() : this.#withoutSlot.pop();
  }

  /** The first that is still ready: some may have been skipped since they were queued. */
  #first(queue: ReadyQueue): number | undefined {
    const { states } = this.#siblings;
    while (queue.first !== undefined && states[queue.first] !== "ready") queue.pop();
    return queue.first;
  }
}
