/**
 * Keeps the event loop turning. Work that may take long asks `isOver()` between its steps, and when it is, goes on through
 * `next()` or `continueLater()`: timers, signals, sockets and other work have their turn in between.
 *
 * One slice is shared by everything in a process, since the loop is: a thousand runs that end at once hold it no longer than
 * one. A step that cannot be interrupted is bounded by what it counts (expressions, patterns, schemas).
 */
export interface TimeSlice {
  /** True when ice has worked in this turn of the event loop for as long as it may. Cheap: one look at the clock. */
  isOver(): boolean;
  /** Settles in a later turn of the event loop, behind the work that waits already. */
  next(): Promise<void>;
  /** Calls `work` in a later turn of the event loop, behind the work that waits already. */
  continueLater(work: () => void): void;
}

export interface TimeSliceOptions {
  /** How long work may go on in one turn of the event loop, in milliseconds. Default: 4. */
  readonly sliceMs?: number | undefined;
  /** A monotonic clock in milliseconds. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
  /** Calls back in the next turn of the event loop. Default: `setImmediate`; `setTimeout` where that is missing. */
  readonly nextTurn?: ((callback: () => void) => void) | undefined;
}

/** A slice of its own, for tests; everything else shares `processTimeSlice()`. */
export function createTimeSlice({
  sliceMs = 4,
  now = () => performance.now(),
  nextTurn = typeof setImmediate === "function" ? setImmediate : setTimeout,
}: TimeSliceOptions = {}): TimeSlice {
  let startedAt: number | undefined;
  let over = false;
  // First in, first out: what is served is taken from `serving`, what comes meanwhile waits in `arriving`.
  let serving: (() => void)[] = [];
  let arriving: (() => void)[] = [];

  const begin = (): void => {
    startedAt = now();
    nextTurn(turned);
  };
  /** The loop has turned. One piece of work a turn, so that what it starts in microtasks counts before the next piece. */
  const turned = (): void => {
    startedAt = undefined;
    over = false;
    if (serving.length === 0) {
      serving = arriving.toReversed();
      arriving = [];
    }
    const work = serving.pop();
    if (work === undefined) return;
    begin();
    work();
  };
  const continueLater = (work: () => void): void => {
    arriving.push(work);
    if (startedAt === undefined) begin();
  };
  return {
    isOver() {
      if (over) return true;
      if (startedAt === undefined) {
        begin();
        return false;
      }
      return (over = now() - startedAt >= sliceMs);
    },
    continueLater,
    next: () => new Promise((resolve) => continueLater(resolve)),
  };
}

/** Never over: for virtual time, where the order of what happens must not depend on how fast the machine is. */
export const endlessTimeSlice: TimeSlice = {
  isOver: () => false,
  next: () => Promise.resolve(),
  continueLater: (work) => void Promise.resolve().then(work),
};

const processKey = Symbol.for("ice.timeSlice/1");

/** The slice of this process, made at the first call. Two installed copies of `@ice/core` share it. */
export function processTimeSlice(): TimeSlice {
  const holder = globalThis as { [processKey]?: TimeSlice };
  return (holder[processKey] ??= createTimeSlice());
}
