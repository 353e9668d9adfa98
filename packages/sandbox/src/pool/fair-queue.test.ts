import { expect, test } from "vitest";
import { FairQueue } from "./fair-queue.ts";

const queueOf = (items: Readonly<Record<string, readonly number[]>>, bounds = {}): FairQueue<number> => {
  const queue = new FairQueue<number>({ maxPerKey: 100, maxInAll: 100, ...bounds });
  for (const [key, numbers] of Object.entries(items)) for (const number of numbers) queue.add(key, number);
  return queue;
};
const takeAll = (queue: FairQueue<number>): number[] => {
  const taken: number[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
  return taken;
};

test("keys are served in turn, the items of a key in the order in which they came", () => {
  expect(takeAll(queueOf({ a: [1, 2, 3, 4], b: [10], c: [20, 21] }))).toEqual([1, 10, 20, 2, 21, 3, 4]);
});

test("a key that arrives while another has many items waits for at most one of them", () => {
  const queue = queueOf({ a: [1, 2, 3] });
  expect(queue.take()).toBe(1);
  queue.add("b", 10);
  expect(takeAll(queue)).toEqual([2, 10, 3]);
});

test("a key that occupies less is served first; equal keys are served in turn", () => {
  const queue = queueOf({ a: [1, 2], b: [10, 11], c: [20] });
  const load: Record<string, number> = { a: 2, b: 1, c: 1 };
  const take = (): number | undefined => queue.take(queue.next((key) => load[key] ?? 0));
  expect([1, 2, 3].map(take)).toEqual([10, 20, 11]);
  load["b"] = 2;
  queue.add("b", 12);
  expect(take()).toBe(1);
});

test("an item that is put back is first in its own queue, and is served next only on request", () => {
  const queue = queueOf({ a: [1, 2, 3], b: [10] });
  expect([queue.take(), queue.take()]).toEqual([1, 10]);
  queue.putBack("a", [1], { next: false });
  queue.putBack("b", [10], { next: true });
  expect(queue.size).toBe(4);
  expect(takeAll(queue)).toEqual([10, 1, 2, 3]);
});

test("an item that is removed is not served and frees its place", () => {
  const queue = queueOf({ a: [1, 2], b: [10] }, { maxInAll: 3 });
  expect(queue.fullFor("b")).toBe("all");
  expect([queue.remove("a", 1), queue.remove("a", 1), queue.remove("c", 1)]).toEqual([true, false, false]);
  expect(queue.fullFor("b")).toBeUndefined();
  expect(takeAll(queue)).toEqual([2, 10]);
});

test("one key cannot fill the places of the others", () => {
  const queue = queueOf({ a: [1, 2] }, { maxPerKey: 2, maxInAll: 4 });
  expect([queue.fullFor("a"), queue.fullFor("b")]).toEqual(["key", undefined]);
  queue.add("b", 10);
  queue.add("c", 20);
  expect([queue.fullFor("b"), queue.fullFor("d")]).toEqual(["all", "all"]);
  expect(queue.drain()).toEqual([1, 2, 10, 20]);
  expect([queue.size, queue.take()]).toEqual([0, undefined]);
});
