import { pass, systemTimers, type Timers } from "./system-timers.ts";

/** Between attempts, in milliseconds: those of a database itself have waited before. */
const againMs = 500;

export interface UntilAvailableOptions {
  /** Whether an error means that the store is away, and may come back. */
  readonly isAway: (error: unknown) => boolean;
  /** When it is aborted, the attempt under way is the last one. */
  readonly signal: AbortSignal;
  readonly timers?: Timers;
}

/** Does work, and again for as long as the store is away. @throws what the last attempt throws. */
export async function untilAvailable<T>(
  work: () => Promise<T>,
  { isAway, signal, timers = systemTimers }: UntilAvailableOptions,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !isAway(error)) throw error;
      await pass(timers, againMs, signal);
    }
  }
}
