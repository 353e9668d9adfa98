import { processTimeSlice, type TimeSlice } from "./time-slice.ts";

/**
 * Work that can be left at every `yield` and gone on with later. It yields after some ten to a hundred microseconds, not at
 * every step: a `yield` passes through every generator around it.
 */
export type Steps<T> = Generator<void, T, void>;

/** Whether something is work that is still to be done: what is little is done at once, for each generator costs memory. */
export const isSteps = <T extends object>(work: T | Steps<T> | Steps<T | undefined>): work is Steps<T> =>
  Symbol.iterator in work;

/** What comes next of a value that may still be on its way: at once where it is there already. */
export const andThen = <T, R>(value: T | Promise<T>, use: (value: T) => R | Promise<R>): R | Promise<R> =>
  value instanceof Promise ? value.then(use) : use(value);

/** Does all of the work at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Does the work while this turn of the event loop has time for it, and the rest in later turns.
 *
 * @returns the result itself when the work ended in this turn.
 */
export function finishInTurns<T>(steps: Steps<T>, slice: TimeSlice = processTimeSlice()): T | Promise<T> {
  const step = untilSliceIsOver(steps, slice);
  return step.done === true ? step.value : finishLater(steps, slice);
}

async function finishLater<T>(steps: Steps<T>, slice: TimeSlice): Promise<T> {
  for (;;) {
    await slice.next();
    const step = untilSliceIsOver(steps, slice);
    if (step.done === true) return step.value;
  }
}

function untilSliceIsOver<T>(steps: Steps<T>, slice: TimeSlice): IteratorResult<void, T> {
  let step = steps.next();
  while (step.done !== true && !slice.isOver()) step = steps.next();
  return step;
}
