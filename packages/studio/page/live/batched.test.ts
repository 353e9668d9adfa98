import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { batched } from "./batched.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("what comes within a tenth of a second is taken at once, in its order", () => {
  const taken: (readonly number[])[] = [];
  const batch = batched<number>((items) => taken.push(items));
  for (let item = 0; item < 500; item += 1) batch.add(item);
  vi.advanceTimersByTime(99);
  expect(taken).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(taken.map(({ length }) => length)).toEqual([500]);
  batch.add(500);
  batch.flush();
  batch.flush();
  vi.advanceTimersByTime(200);
  expect(taken.flat()).toEqual(Array.from({ length: 501 }, (_, item) => item));
});
