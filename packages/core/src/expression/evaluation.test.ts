import { expect, test, vi } from "vitest";
import type { Json } from "../json/json.ts";
import { createTimeSlice } from "../time/time-slice.ts";
import { compileExpression } from "./compile-expression.ts";
import { compileValue } from "./compile-value.ts";
import { Evaluation } from "./evaluation.ts";
import { expressionLimits } from "./limits.ts";

const scope = { get: (name: string): Json | undefined => (name === "n" ? 1 : undefined) };
const value = compileValue({ a: "{{ n + 1 }}", b: ["{{ n }} and {{ n + 2 }}", "{{ null }}", "plain"] });
const expected = { a: 2, b: ["1 and 3", null, "plain"] };

test("a value is built at once while the time slice lasts", () => {
  expect(value.evaluateIn(scope, new Evaluation({ timeSlice: createTimeSlice({ now: () => 0 }) }))).toEqual(expected);
  expect(value.evaluate(scope)).toEqual(expected);
});

test("it pauses between expressions when the slice is over, with the same result", async () => {
  let now = 0;
  const timeSlice = createTimeSlice({ sliceMs: 1, now: () => (now += 1) });
  const next = vi.spyOn(timeSlice, "next");
  const evaluated = value.evaluateIn(scope, new Evaluation({ timeSlice }));
  expect(evaluated).toBeInstanceOf(Promise);
  expect(await evaluated).toEqual(expected);
  expect(next.mock.calls.length).toBeGreaterThan(1);
});

test("fields with one expression each pause between them", async () => {
  const evaluation = new Evaluation({ timeSlice: { ...createTimeSlice(), isOver: () => true } });
  const one = compileValue("{{ n }}");
  expect(one.evaluateIn(scope, evaluation)).toBe(1);
  const second = one.evaluateIn(scope, evaluation);
  expect(second).toBeInstanceOf(Promise);
  expect(await second).toBe(1);
});

test("nothing is evaluated after a stop in a pause", async () => {
  let reads = 0;
  const counting = { get: () => (reads += 1) };
  const timeSlice = { ...createTimeSlice(), isOver: () => true };
  await expect(value.evaluateIn(counting, new Evaluation({ timeSlice, stopped: () => true }))).rejects.toMatchObject({
    code: "ICE_RUN_CANCELLED",
    message: "The evaluation was stopped.",
    fix: "start the run again",
  });
  expect(reads).toBe(1);
});

test("an expression that fails after a pause rejects", async () => {
  const timeSlice = { ...createTimeSlice(), isOver: () => true };
  const failing = compileValue(["{{ n }}", "{{ 1 / 0 }}"]);
  await expect(failing.evaluateIn(scope, new Evaluation({ timeSlice }))).rejects.toMatchObject({
    code: "ICE_EXPRESSION_FAILED",
  });
});

test("the expressions of a node share a meter: each has its bounds, all together have theirs", () => {
  const evaluation = new Evaluation();
  const half = compileExpression("size(range(10000).map(i, i)) + size(range(10000).map(i, i))");
  const times = (expressionLimits.expressionsOfNode * expressionLimits.comprehensionSteps) / 20_000;
  const run = (): void => {
    for (let count = 0; count <= times; count += 1) half.evaluate(scope, evaluation);
  };
  expect(run).toThrowError(
    expect.objectContaining({ code: "ICE_EXPRESSION_LIMIT", message: expect.stringContaining("together") }),
  );
});

test("references to one value count each time in what templates build", () => {
  let shared: Json = Object.freeze(["x".repeat(1000)]);
  const ten = compileValue(Array<string>(10).fill("{{ shared }}"));
  const grow = (): void => {
    for (let level = 0; level < 10; level += 1) shared = ten.evaluate({ get: () => shared });
  };
  expect(grow).toThrowError(expect.objectContaining({ code: "ICE_OUTPUT_LIMIT" }));
});
