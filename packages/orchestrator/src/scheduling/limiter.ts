/** A scope that waits for slots and is notified when one is free. */
export interface SlotWaiter {
  /** Takes slots with `limiter.tryAcquire(this)` until refused or satisfied. */
  useSlots(): void;
}

/**
 * The slots of a run (`maxConcurrency`). A sub-workflow with a limit of its own has a limiter below the run's: a slot is taken
 * at every level or at none, so that no node ever holds one permit while it waits for another.
 *
 * Waiters take turns: one slot, then back to the end of the queue. The queue holds each waiter once.
 */
export class Limiter {
  readonly #parent: Limiter | undefined;
  readonly #waiters = new Set<SlotWaiter>();
  #free: number;
  /** The waiter whose turn it is; it may take a slot although others wait. */
  #turn: SlotWaiter | undefined;
  #serving = false;

  constructor(slots: number, parent?: Limiter) {
    this.#free = slots;
    this.#parent = parent;
  }

  /** Takes a slot at every level, or queues the waiter at the level that refused. */
  tryAcquire(waiter: SlotWaiter): boolean {
    for (let level: Limiter | undefined = this; level !== undefined; level = level.#parent)
      if (level.#free === 0 || level.#isAfterOthers(waiter)) {
        level.#waiters.add(waiter);
        return false;
      }
    for (let level: Limiter | undefined = this; level !== undefined; level = level.#parent) {
      level.#free -= 1;
      level.#turn = undefined;
    }
    return true;
  }

  /** Gives a slot back, at every level. Call `serve` once the state of the run is consistent again. */
  release(): void {
    for (let level: Limiter | undefined = this; level !== undefined; level = level.#parent) level.#free += 1;
  }

  /** Takes a waiter off every queue, because it was cancelled. */
  forget(waiter: SlotWaiter): void {
    for (let level: Limiter | undefined = this; level !== undefined; level = level.#parent)
      level.#waiters.delete(waiter);
  }

  /** Hands free slots to waiters, here and above. A call from within is absorbed by the loop that runs. */
  serve(): void {
    for (let level: Limiter | undefined = this; level !== undefined; level = level.#parent)
      if (level.#waiters.size > 0 && !level.#serving) level.#serveQueue();
  }

  #isAfterOthers(waiter: SlotWaiter): boolean {
    const waiters = this.#waiters;
    return waiters.size > 0 && this.#turn !== waiter && !(waiters.size === 1 && waiters.has(waiter));
  }

  #serveQueue(): void {
    this.#serving = true;
    while (this.#free > 0) {
      const [next] = this.#waiters;
      if (next === undefined) break;
      this.#waiters.delete(next);
      this.#turn = next;
      next.useSlots();
    }
    this.#turn = undefined;
    this.#serving = false;
  }
}
