import { createTimeSlice } from "@ice/core/internal";
import { expect, test } from "vitest";
import { Pace } from "../scheduling/pace.ts";
import { StepTime } from "../scheduling/step-time.ts";
import { Drain } from "./drain.ts";
import type { WorkflowFrame } from "./workflow-frame.ts";

/** Work of this many steps, each of which checks the clock, in a slice that is over at every second check. */
function draining(steps: number, during?: (drain: Drain) => void) {
  const turns: (() => void)[] = [];
  const timeSlice = createTimeSlice({ sliceMs: 0, now: () => 0, nextTurn: (turned) => void turns.push(turned) });
  const state = { done: 0, depth: 0, deepest: 0, rests: 0, busy: 0, served: 0, released: false };
  const run = {
    pace: new Pace(timeSlice),
    time: new StepTime({ now: () => 0 } as never),
    activity: { begin: () => (state.busy += 1), end: () => (state.busy -= 1) },
    get released() {
      return state.released;
    },
  };
  const frame = { run, limiter: { serve: () => (state.served += 1) } } as unknown as WorkflowFrame;
  const drain: Drain = new Drain(frame, {
    step() {
      if (state.done === steps) return undefined;
      state.done += 1;
      state.depth += 1;
      state.deepest = Math.max(state.deepest, state.depth);
      during?.(drain);
      state.depth -= 1;
      return 1000;
    },
    rest: () => (state.rests += 1),
  });
  const turn = (): void => {
    for (const turned of turns.splice(0)) turned();
  };
  return { drain, state, turn };
}

test("the event loop turns between two steps when the slice is over, and the run counts as busy until then", () => {
  const { drain, state, turn } = draining(5);
  drain.run();
  expect(state).toMatchObject({ done: 2, rests: 0, busy: 1 });
  drain.run();
  expect(state).toMatchObject({ done: 2, busy: 1 });
  turn();
  expect(state.done).toBeGreaterThan(2);
  for (let more = 0; more < 10; more += 1) turn();
  expect(state).toMatchObject({ done: 5, rests: 1, busy: 0 });
  expect(state.served).toBeGreaterThan(0);
  drain.run();
  expect(state.rests).toBe(2);
});

test("what calls from within a step is absorbed", () => {
  const { drain, state, turn } = draining(4, (inner) => inner.run());
  drain.run();
  for (let more = 0; more < 10; more += 1) turn();
  expect(state).toMatchObject({ done: 4, deepest: 1, rests: 1 });
});

test("nothing continues in a run that was released or stopped meanwhile", () => {
  const left = draining(5);
  left.drain.run();
  left.state.released = true;
  for (let more = 0; more < 10; more += 1) left.turn();
  expect(left.state).toMatchObject({ done: 2, rests: 0 });
  const stopped = draining(5);
  stopped.drain.stop();
  stopped.drain.run();
  expect(stopped.state).toMatchObject({ done: 0, rests: 0 });
});
