import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { QueuePolls } from "./queue-polls.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A loop that looks into queues when it is called; each look takes 20 ms. */
function fakeLoop() {
  const looks: string[] = [];
  const methods = {
    async pollQueue(_executor: unknown, queue: { readonly name: string }): Promise<boolean> {
      looks.push(`+${queue.name}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      looks.push(`-${queue.name}`);
      return false;
    },
    async runQueuePoll(executor: unknown, state: State): Promise<void> {
      await loop.pollQueue(executor, state.queue);
      state.nextPollAt = 9e9;
    },
  };
  // As in DBOS, the methods are not its own.
  const loop = Object.create(methods) as typeof methods;
  const wakes: number[] = [];
  const look = (state: State): Promise<void> =>
    (loop.runQueuePoll as (...args: unknown[]) => Promise<void>)({}, state, new Map(), () => {
      wakes.push(Date.now() - began);
    });
  const began = Date.now();
  return { looks, loop, wakes, look };
}

interface State {
  readonly queue: { readonly name: string; readonly concurrency?: number };
  nextPollAt: number;
}
const state = (name: string, more: { readonly concurrency?: number } = {}): State => ({
  queue: { name, ...more },
  nextPollAt: 9e9,
});

test("notes make the loop look soon, once for many of them, and again after a look that may have been too early", async () => {
  const { loop, wakes, look } = fakeLoop();
  const polls = new QueuePolls(loop as never);
  const runs = state("runs");
  polls.soon("runs");
  await vi.advanceTimersByTimeAsync(100);
  void look(runs);
  await vi.advanceTimersByTimeAsync(30);
  expect([wakes, runs.nextPollAt]).toEqual([[], 9e9]);
  for (const _ of [1, 2, 3]) polls.soon("runs");
  await vi.advanceTimersByTimeAsync(100);
  expect([wakes, runs.nextPollAt]).toEqual([[150], 0]);
  void look(runs);
  polls.soon("runs");
  await vi.advanceTimersByTimeAsync(15);
  expect(wakes).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(100);
  expect(wakes).toHaveLength(2);
  polls.stop();
  expect(Object.keys(loop)).toEqual([]);
});

test("a queue with a total is looked into by the loop alone", async () => {
  const { loop, wakes, look } = fakeLoop();
  const polls = new QueuePolls(loop as never);
  void look(state("gpu", { concurrency: 2 }));
  await vi.advanceTimersByTimeAsync(100);
  polls.soon("gpu");
  await vi.advanceTimersByTimeAsync(1000);
  expect(wakes).toEqual([]);
});

test("queues of jobs are looked into one after the other, beside that of runs", async () => {
  const { loop, looks, look } = fakeLoop();
  const polls = new QueuePolls(loop as never);
  for (const name of ["a", "runs", "b"]) void look(state(name));
  await vi.advanceTimersByTimeAsync(100);
  expect(looks.filter((one) => !one.endsWith("runs"))).toEqual(["+a", "-a", "+b", "-b"]);
  expect(looks.indexOf("+runs")).toBeLessThan(looks.indexOf("-a"));
  polls.stop();
});
