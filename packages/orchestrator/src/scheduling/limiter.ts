/** A scope that waits for slots and is notified when one is free. */
export interface SlotWaiter {
  /** Takes slots with `limiter.tryAcquire(this)` until refused or satisfied. */
  useSlots(): void;
}

/**
 * The slots of a run (`maxConcurrency`). A sub-workflow with its own limit has a limiter below that of the run: a slot is taken
 * at every level or at none, so that no node holds one while it waits for another. Waiters take turns: after one slot, a waiter
 * goes to the end of the queue, which contains each waiter once.
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

  /** Returns a slot, at every level. Call `serve` once the state of the run is consistent again. */
  release(): void {
    for (let level: Limiter | undefined = this; level !== undefined; level = level.#parent) level.#free += 1;
  }

  /** Removes a cancelled waiter from every queue. */
  forget(waiter: SlotWaiter): void {
    for (let level: Limiter | undefined = this; level !== undefined; level = level.#parent)
      level.#waiters.delete(waiter);
  }

  /** Gives free slots to waiters, here and above. A nested call is absorbed by the running loop. */
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
