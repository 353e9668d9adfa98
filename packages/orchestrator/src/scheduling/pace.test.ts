import type { TimeSlice } from "@ice/core/internal";
import { expect, test } from "vitest";
import type { NodePlan } from "../plan/plan.ts";
import { Pace, pollCost, startCost, stepCost } from "./pace.ts";

/** A slice that is over when the test says so, and counts how often it is checked. */
function slice() {
  const state = { over: false, asked: 0, turns: 0 };
  const timeSlice: TimeSlice = {
    isOver: () => {
      state.asked += 1;
      return state.over;
    },
    next: async () => {
      state.turns += 1;
    },
    continueLater: () => {},
  };
  return { state, pace: new Pace(timeSlice) };
}

/** Number of steps of this cost before the clock is read. */
function stepsBetweenReadings(cost: number): number {
  const { state, pace } = slice();
  let steps = 0;
  for (; steps < 10_000 && state.asked === 0; steps += 1) expect(pace.isOver(cost)).toBe(false);
  return steps - 1;
}

test("evaluating costs more than a node that only starts, and that more than one that only polls", () => {
  const plan = { eagerFields: [], isContainer: false, outputSchema: undefined, when: undefined };
  const cost = (of: (node: NodePlan) => number, more: object) => of({ ...plan, ...more } as unknown as NodePlan);
  expect([cost(pollCost, {}), cost(pollCost, { when: {} })]).toEqual([stepCost.poll, stepCost.evaluation]);
  expect(
    [{}, { eagerFields: [["toolArgs", {}]] }, { isContainer: true }, { outputSchema: {} }].map((more) =>
      cost(startCost, more),
    ),
  ).toEqual([stepCost.node, stepCost.evaluation, stepCost.evaluation, stepCost.evaluation]);
});

test("reads the clock after steps of a fixed cost, and then starts to count again", () => {
  const polls = stepsBetweenReadings(stepCost.poll);
  expect(polls).toBeGreaterThan(stepsBetweenReadings(stepCost.node));
  const { state, pace } = slice();
  for (let step = 0; step < 10 * (polls + 1); step += 1) pace.isOver(stepCost.poll);
  expect(state.asked).toBe(10);
});

test("once the slice is over, every step waits until it is not", () => {
  const { state, pace } = slice();
  state.over = true;
  while (!pace.isOver(stepCost.poll));
  expect([pace.isOver(0), pace.isOver(0)]).toEqual([true, true]);
  state.over = false;
  const { asked } = state;
  expect([pace.isOver(0), pace.isOver(0), state.asked]).toEqual([false, false, asked + 1]);
});

test("takes a turn only when the slice is over", async () => {
  const { state, pace } = slice();
  for (let turn = 0; turn < 100; turn += 1) await pace.turn();
  expect(state.turns).toBe(0);
  expect(state.asked).toBeGreaterThan(0);
  state.over = true;
  for (let turn = 0; turn < 100; turn += 1) await pace.turn();
  expect(state.turns).toBeGreaterThan(90);
});
