import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StoreWatch } from "./store-watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A watch over a store that has answered last at some time. */
function watching() {
  const noticed: string[] = [];
  const store = { answeredAt: Date.now() };
  const watch = new StoreWatch({
    silence: () => Date.now() - store.answeredAt,
    silentMs: 3000,
    onAway: (ms) => noticed.push(`away ${ms}`),
    onBack: (ms) => noticed.push(`back ${ms}`),
  });
  watch.start();
  return { noticed, store, watch };
}

test("a store that is silent for some seconds is reported once, and once when it is back", async () => {
  const { noticed, store, watch } = watching();
  await vi.advanceTimersByTimeAsync(3900);
  expect(noticed).toEqual([]);
  await vi.advanceTimersByTimeAsync(68_100);
  store.answeredAt = Date.now();
  await vi.advanceTimersByTimeAsync(2000);
  expect(noticed).toEqual(["away 4000", "back 72000"]);
  watch.stop();
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.getTimerCount()).toBe(0);
});

test("a process that stood still does not take the store for silent, which has had no time to answer", async () => {
  const { noticed, store, watch } = watching();
  store.answeredAt -= 60_000;
  await vi.advanceTimersByTimeAsync(1000);
  store.answeredAt = Date.now();
  await vi.advanceTimersByTimeAsync(3000);
  expect(noticed).toEqual([]);
  watch.stop();
});
