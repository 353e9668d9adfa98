import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Looks } from "./looks.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("it looks at once when it is asked, at intervals otherwise, and not when nothing is needed", async () => {
  let [looks, isNeeded] = [0, true];
  const search = { isNeeded: () => isNeeded, look: async () => void (looks += 1) };
  const all = new Looks(search, 1000);
  all.look();
  expect(looks).toBe(1);
  await vi.advanceTimersByTimeAsync(2500);
  expect(looks).toBe(3);
  all.look();
  await vi.advanceTimersByTimeAsync(999);
  expect(looks).toBe(4);
  isNeeded = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(looks).toBe(4);
  all.look();
  expect([looks, vi.getTimerCount()]).toEqual([4, 0]);
});

test("notes that come during a look cause one more, and a failed look is repeated", async () => {
  const asked: PromiseWithResolvers<void>[] = [];
  const look = (): Promise<void> => {
    const one = Promise.withResolvers<void>();
    asked.push(one);
    return one.promise;
  };
  const all = new Looks({ isNeeded: () => true, look }, 1000);
  for (const _ of [1, 2, 3]) all.look();
  expect(asked).toHaveLength(1);
  asked[0]!.reject(new Error("The store is away."));
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toHaveLength(2);
  asked[1]!.resolve();
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toHaveLength(3);
  all.stop();
  asked[2]!.resolve();
  await vi.advanceTimersByTimeAsync(5000);
  expect([asked.length, vi.getTimerCount()]).toEqual([3, 0]);
});
