import { monitorEventLoopDelay } from "node:perf_hooks";
import { expect, test } from "vitest";
import { createTimeSlice, processTimeSlice } from "./time-slice.ts";

function manual() {
  let time = 0;
  const callbacks: (() => void)[] = [];
  const slice = createTimeSlice({ sliceMs: 4, now: () => time, nextTurn: (callback) => void callbacks.push(callback) });
  return {
    slice,
    pass: (ms: number) => (time += ms),
    turn: () => callbacks.splice(0).forEach((callback) => callback()),
  };
}

test("a slice ends after its time, and a new one begins after a turn of the event loop", () => {
  const { slice, pass, turn } = manual();
  expect(slice.isOver()).toBe(false);
  pass(3.9);
  expect(slice.isOver()).toBe(false);
  pass(0.1);
  expect(slice.isOver()).toBe(true);
  turn();
  expect(slice.isOver()).toBe(false);
});

test("waiting work continues in order of arrival, one piece per turn", () => {
  const { slice, turn } = manual();
  const done: string[] = [];
  slice.continueLater(() => {
    done.push("a");
    slice.continueLater(() => done.push("a again"));
  });
  slice.continueLater(() => done.push("b"));
  turn();
  expect(done).toEqual(["a"]);
  turn();
  expect(done).toEqual(["a", "b"]);
  turn();
  expect(done).toEqual(["a", "b", "a again"]);
  turn();
  expect(done).toHaveLength(3);
});

test("a process has one slice", () => {
  expect(processTimeSlice()).toBe(processTimeSlice());
});

test("a timer fires on time beside two hundred pieces of endless work", async () => {
  const slice = createTimeSlice();
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  const until = performance.now() + 300;
  const work = async (): Promise<void> => {
    while (performance.now() < until) if (slice.isOver()) await slice.next();
  };
  histogram.enable();
  const all = Promise.all(Array.from({ length: 200 }, work));
  await all;
  histogram.disable();
  expect(histogram.percentile(50) / 1e6).toBeLessThan(25);
});
