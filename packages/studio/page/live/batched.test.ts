import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { batched } from "./batched.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("what comes first is taken soon, what comes within a tenth of a second after it at once, in its order", () => {
  const taken: (readonly number[])[] = [];
  const batch = batched<number>((items) => taken.push(items));
  batch.add(0);
  batch.add(1);
  expect(taken).toEqual([]);
  vi.advanceTimersByTime(0);
  expect(taken).toEqual([[0, 1]]);
  for (let item = 2; item < 500; item += 1) batch.add(item);
  vi.advanceTimersByTime(99);
  expect(taken).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(taken.map(({ length }) => length)).toEqual([2, 498]);
  batch.add(500);
  batch.flush();
  batch.flush();
  vi.advanceTimersByTime(200);
  expect(taken.flat()).toEqual(Array.from({ length: 501 }, (_, item) => item));
});
