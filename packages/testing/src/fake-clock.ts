import type { Clock } from "@ice/core";

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Goes on by `ms` milliseconds: timers fire in order of their time, and what they start may set more. */
  advance(ms: number): Promise<void>;
  /** Goes on to the next timer, again and again, until `work` has settled. At most `maxTimers` times (default 10,000). */
  runUntil<T>(work: Promise<T>, options?: { readonly maxTimers?: number }): Promise<T>;
  /** Sets the hands by `ms` milliseconds, back when it is negative, as somebody may do with the clock of a machine: timers keep their distance. */
  jump(ms: number): void;
  /** Timers that wait. */
  readonly pending: number;
}

export interface FakeClockOptions {
  /** 0 ≤ x < 1; decides which of several timers that are due at the same time fires first. Default: the one that was set first. */
  readonly random?: () => number;
}

interface Timer {
  /** Milliseconds since the clock was made, whatever its hands show. */
  readonly due: number;
  readonly callback: () => void;
}

/** @param start - epoch milliseconds. Default 2026-01-01T00:00:00Z. */
export function createFakeClock(
  start: number = Date.UTC(2026, 0, 1),
  { random = () => 0 }: FakeClockOptions = {},
): FakeClock {
  // In the order in which they were set.
  const timers = new Set<Timer>();
  let hands = start;
  let elapsed = 0;
  const next = (): Timer | undefined => {
    let first: Timer[] = [];
    for (const timer of timers)
      if (first.length === 0 || timer.due < first[0]!.due) first = [timer];
      else if (timer.due === first[0]!.due) first.push(timer);
    return first.length < 2 ? first[0] : first[Math.floor(random() * first.length)];
  };
  const fire = async (timer: Timer): Promise<void> => {
    timers.delete(timer);
    elapsed = Math.max(elapsed, timer.due);
    timer.callback();
    await settled();
  };
  return {
    now: () => hands + elapsed,
    setTimer(ms, callback) {
      const timer: Timer = { due: elapsed + Math.max(0, ms), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const end = elapsed + ms;
      await settled();
      for (let timer = next(); timer !== undefined && timer.due <= end; timer = next()) await fire(timer);
      elapsed = end;
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
    jump(ms) {
      hands += ms;
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
