import type { Clock } from "@ice/core";

/** A clock whose time changes only when it is advanced. */
export interface FakeClock extends Clock {
  /**
   * Advances by `ms` milliseconds. Timers fire in the order of their times, including those that they set.
   *
   * @throws RangeError if `ms` is negative, infinite or NaN; the clock is then unchanged.
   */
  advance(ms: number): Promise<void>;
  /**
   * Advances from timer to timer until `work` has settled, at most `maxTimers` times (default 10,000).
   *
   * @throws Error if no timer is left and the work has not settled, because it waits for a server, a process or a file; such work is
   * awaited without `runUntil`.
   */
  runUntil<T>(work: Promise<T>, options?: { readonly maxTimers?: number }): Promise<T>;
  /**
   * Changes the time of day by `ms` milliseconds, back if negative, as the clock of a machine can be set. Timers keep their
   * distance.
   *
   * @throws RangeError if `ms` is not finite.
   */
  jump(ms: number): void;
  /** Number of pending timers. */
  readonly pending: number;
}

/** Options of `createFakeClock`. */
export interface FakeClockOptions {
  /**
   * Returns 0 ≤ x < 1; selects which of several timers that are due at the same time fires first. Default: the one that was set
   * first.
   */
  readonly random?: (() => number) | undefined;
}

interface Timer {
  /** Milliseconds since the clock was created; jumps do not change it. */
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
  const next = (): Timer | undefined => firstOf(timers, random);
  const fire = async (timer: Timer): Promise<void> => {
    timers.delete(timer);
    elapsed = Math.max(elapsed, timer.due);
    timer.callback();
    await settled();
  };
  return {
    now: () => hands + elapsed,
    setTimer(ms, callback) {
      // NaN means now, as in the timers of Node.
      const timer: Timer = { due: elapsed + (ms > 0 ? ms : 0), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      if (!(ms >= 0 && ms < Infinity)) throw new RangeError(`A clock cannot advance by ${ms} ms.`);
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
      finished.catch(() => {}); // the caller handles the rejection below
      await settled();
      for (let count = 0; !state.done; count += 1) {
        const timer = next();
        if (timer === undefined || timer.due === Infinity || count >= maxTimers)
          throw new Error(
            timer === undefined || timer.due === Infinity
              ? "The work waits for something other than a timer, such as a server, a process or a file. Await it without runUntil()."
              : `The work needs more than ${maxTimers} timers.`,
          );
        await fire(timer);
      }
      return finished;
    },
    jump(ms) {
      if (!Number.isFinite(ms)) throw new RangeError(`A clock cannot jump by ${ms} ms.`);
      hands += ms;
    },
    get pending() {
      return timers.size;
    },
  };
}

/** The timer that is due first, or undefined; `random` selects among several. */
function firstOf(timers: Iterable<Timer>, random: () => number): Timer | undefined {
  let first: Timer[] = [];
  for (const timer of timers)
    if (first.length === 0 || timer.due < first[0]!.due) first = [timer];
    else if (timer.due === first[0]!.due) first.push(timer);
  return first[first.length < 2 ? 0 : Math.floor(random() * first.length)] ?? first[0];
}

/** Runs everything that is ready: one turn of the event loop with its microtasks, a few times. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
