import { describe, expect, test } from "vitest";
import { Limiter, type SlotWaiter } from "./limiter.ts";

/** A waiter that takes slots until refused or satisfied, and logs each slot. */
class Worker implements SlotWaiter {
  wanted = 0;
  readonly #limiter: Limiter;
  readonly #name: string;
  readonly #log: string[];

  constructor(limiter: Limiter, name: string, log: string[]) {
    this.#limiter = limiter;
    this.#name = name;
    this.#log = log;
  }

  want(slots: number): void {
    this.wanted = slots;
    this.useSlots();
  }

  useSlots(): void {
    while (this.wanted > 0 && this.#limiter.tryAcquire(this)) {
      this.wanted -= 1;
      this.#log.push(this.#name);
    }
  }
}

function workers(limiter: Limiter): { readonly log: string[]; readonly a: Worker; readonly b: Worker } {
  const log: string[] = [];
  return { log, a: new Worker(limiter, "a", log), b: new Worker(limiter, "b", log) };
}

function giveBack(limiter: Limiter, slots: number): void {
  for (let slot = 0; slot < slots; slot += 1) limiter.release();
  limiter.serve();
}

describe("the slots of a limiter", () => {
  test("go to its waiters in turn, one slot each", () => {
    const limiter = new Limiter(4);
    const { log, a, b } = workers(limiter);
    a.want(7);
    b.want(3);
    expect(log).toEqual(["a", "a", "a", "a"]);
    log.length = 0;
    giveBack(limiter, 4);
    expect(log).toEqual(["a", "b", "a", "b"]);
    giveBack(limiter, 2);
    expect(log.slice(4)).toEqual(["a", "b"]);
  });

  test("go one by one to the front of the queue", () => {
    const limiter = new Limiter(1);
    const { log, a, b } = workers(limiter);
    a.want(3);
    b.want(2);
    for (let freed = 0; freed < 4; freed += 1) giveBack(limiter, 1);
    expect(log).toEqual(["a", "a", "b", "a", "b"]);
  });

  test("are not taken by a newcomer while another waits", () => {
    const limiter = new Limiter(1);
    const { log, a, b } = workers(limiter);
    a.want(2);
    limiter.release();
    b.want(1);
    limiter.serve();
    expect(log).toEqual(["a", "a"]);
  });

  test("are not taken out of turn by one who waits already", () => {
    const limiter = new Limiter(1);
    const { log, a, b } = workers(limiter);
    const c = new Worker(limiter, "c", log);
    a.want(1);
    b.want(1);
    c.want(1);
    limiter.release();
    c.useSlots();
    expect(log).toEqual(["a"]);
    limiter.serve();
    expect(log).toEqual(["a", "b"]);
  });

  test("are taken at every level or at none", () => {
    const outer = new Limiter(1);
    const inner = new Limiter(2, outer);
    const log: string[] = [];
    const above = new Worker(outer, "above", log);
    const below = new Worker(inner, "below", log);
    above.want(1);
    below.want(2);
    expect(log).toEqual(["above"]);
    giveBack(outer, 1);
    expect(log).toEqual(["above", "below"]);
    giveBack(inner, 1);
    expect(log).toEqual(["above", "below", "below"]);
  });

  test("are not offered to a waiter that was taken off the queue", () => {
    const limiter = new Limiter(1);
    const { log, a, b } = workers(limiter);
    a.want(2);
    b.want(1);
    limiter.forget(a);
    giveBack(limiter, 1);
    expect(log).toEqual(["a", "b"]);
  });

  test("are offered at every level, and a waiter is taken off the queues of all", () => {
    const outer = new Limiter(1);
    const inner = new Limiter(1, outer);
    const { log, a, b } = workers(inner);
    const above = new Worker(outer, "above", log);
    above.want(1);
    a.want(1); // refused above, and queued there
    b.want(1);
    inner.forget(a);
    outer.release();
    inner.serve();
    expect(log).toEqual(["above", "b"]);
    inner.release();
    expect([inner.tryAcquire(above), inner.tryAcquire(a)]).toEqual([true, false]);
  });

  test("are not more than there are, however a waiter serves while it takes one", () => {
    const limiter = new Limiter(2);
    const log: string[] = [];
    let depth = 0;
    let deepest = 0;
    const serving = (name: string): SlotWaiter => ({
      useSlots() {
        depth += 1;
        deepest = Math.max(deepest, depth);
        if (limiter.tryAcquire(this)) log.push(name);
        limiter.serve();
        depth -= 1;
      },
    });
    const { a } = workers(limiter);
    a.want(2);
    for (const waiter of [serving("x"), serving("y"), serving("z")]) expect(limiter.tryAcquire(waiter)).toBe(false);
    giveBack(limiter, 2);
    expect([log, deepest]).toEqual([["x", "y"], 1]);
    giveBack(limiter, 1);
    expect(log).toEqual(["x", "y", "z"]);
  });

  test("go back to the one waiter there is without a turn, and are kept when none is left", () => {
    const limiter = new Limiter(1);
    const { log, a, b } = workers(limiter);
    a.want(2);
    limiter.release();
    a.useSlots(); // it waits alone: no other is before it
    expect(log).toEqual(["a", "a"]);
    giveBack(limiter, 1);
    b.want(1);
    expect(log).toEqual(["a", "a", "b"]);
  });
});
