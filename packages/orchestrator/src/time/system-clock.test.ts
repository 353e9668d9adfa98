import { expect, onTestFinished, test, vi } from "vitest";
import { systemClock } from "./system-clock.ts";

const day = 86_400_000;

test("a timer of forty days fires after them, and not before; a cancelled one never", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const fired: string[] = [];
  systemClock.setTimer(40 * day, () => fired.push("kept"));
  const cancel = systemClock.setTimer(40 * day, () => fired.push("cancelled"));
  vi.advanceTimersByTime(30 * day);
  cancel();
  vi.advanceTimersByTime(10 * day - 1);
  expect(fired).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(fired).toEqual(["kept"]);
});
