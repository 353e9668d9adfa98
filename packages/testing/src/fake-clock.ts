import type { Clock } from "@ice/core";

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Goes on by `ms` milliseconds: timers fire in order of their time, and what they start may set more. */
  advance(ms: number): Promise<void>;
  /** Goes on to the next timer, again and again, until `work` has settled. At most `maxTimers` times (default 10,000). */
  runUntil<T>(work: Promise<T>, options?: { readonly maxTimers?: number }): Promise<T>;
  /** Timers that wait. */
  readonly pending: number;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** @param start - epoch milliseconds. Default 2026-01-01T00:00:00Z. */
export function createFakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  const timers = new Set<Timer>();
  let now = start;
  let order = 0;
  const next = (): Timer | undefined =>
    [...timers].reduce<Timer | undefined>(
      (first, timer) =>
        first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order)
          ? timer
          : first,
      undefined,
    );
  const fire = async (timer: Timer): Promise<void> => {
    timers.delete(timer);
    now = Math.max(now, timer.at);
    timer.callback();
    await settled();
  };
  return {
    now: () => now,
    setTimer(ms, callback) {
      const timer: Timer = { at: now + Math.max(0, ms), order: (order += 1), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const end = now + ms;
      await settled();
      for (let timer = next(); timer !== undefined && timer.at <= end; timer = next()) await fire(timer);
      now = end;
    },
    async runUntil(work, { maxTimers = 10_000 } = {}) {
      const state = { done: false };
      const finished = work.finally(() => {
        state.done = true;
      });
      finished.catch(() => {}); // the caller sees the rejection below
      await settled();
      for (let count = 0; !state.done; count += 1) {
        const timer = next();
        if (timer === undefined || count >= maxTimers)
          throw new Error(
            timer === undefined
              ? "The work waits for something that is no timer."
              : `The work needs more than ${maxTimers} timers.`,
          );
        await fire(timer);
      }
      return finished;
    },
    get pending() {
      return timers.size;
    },
  };
}

/** Lets everything that is ready to run do so: one turn of the event loop, microtasks included, a few times over. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
