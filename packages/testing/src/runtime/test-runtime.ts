import { createRuntime, type Clock, type Runtime } from "@ice/core";
import { endlessTimeSlice, problemOfEvent, type TimeSlice } from "@ice/core/internal";
import { recordEvents, type EventRecorder } from "./event-recorder.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";

/** A function that starts an engine on a runtime, such as `initializeOrchestrator`. */
export type Start<Options> = (
  options: Options & {
    readonly runtime: Runtime;
    readonly clock: Clock;
    readonly timeSlice: TimeSlice;
    readonly random: () => number;
  },
) => Promise<{ readonly runtime: Runtime; close(): Promise<void> }>;

/** A separate runtime for one test. */
export interface TestRuntime {
  readonly runtime: Runtime;
  readonly clock: FakeClock;
  readonly events: EventRecorder;
  /**
   * Stops recording and closes the engine.
   *
   * @throws Error if the data of a recorded event of ice does not match its declaration.
   */
  close(): Promise<void>;
}

/** Options of `createTestRuntime`. */
export interface TestRuntimeOptions {
  /** Called with the runtime before the engine starts, for `registerNode` and the like. */
  readonly before?: ((runtime: Runtime) => void) | undefined;
  /** Seed of `random`. Default 1. */
  readonly seed?: number | undefined;
  /** A clock that something outside the engine uses, too. Default: one of its own. */
  readonly clock?: FakeClock | undefined;
}

/**
 * Starts an engine with its own runtime, fake clock, endless time slice and seeded random source, and records its events.
 *
 * @param start - `initializeOrchestrator`; this package does not depend on the engine.
 * @param options - passed to `start`.
 */
export async function createTestRuntime<Options extends object>(
  start: Start<Options>,
  options: Options,
  { before, seed = 1, clock = createFakeClock() }: TestRuntimeOptions = {},
): Promise<TestRuntime> {
  const runtime = createRuntime();
  before?.(runtime);
  const events = recordEvents(runtime.events);
  const { close } = await start({
    ...options,
    runtime,
    clock,
    timeSlice: endlessTimeSlice,
    random: seededRandom(seed),
  });
  return {
    runtime,
    clock,
    events,
    async close() {
      events.stop();
      await close();
      const problems = events.events.flatMap((event) => problemOfEvent(event) ?? []);
      if (problems.length > 0) throw new Error(`Events do not match their declarations:\n${problems.join("\n")}`);
    },
  };
}

/** Uniform in [0, 1), the same for the same seed (mulberry32, Tommy Ettinger 2017, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
