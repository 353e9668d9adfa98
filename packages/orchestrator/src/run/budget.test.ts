import { expect, test } from "vitest";
import { noUsage } from "../history/usage.ts";
import { BudgetMeter } from "./budget.ts";

const violationOf = (work: () => void): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

test("calls are counted before they start, and one that would exceed the budget is refused and not counted", () => {
  const meter = new BudgetMeter({ llmCalls: 2 }, undefined);
  meter.reserve("llmCalls", "a");
  meter.reserve("llmCalls", "b");
  expect(violationOf(() => meter.reserve("llmCalls", "c"))).toMatchObject({
    code: "ICE_BUDGET_EXCEEDED",
    path: "c",
    details: { budget: "llmCalls", limit: 2, used: 2 },
    fix: "raise settings.budget.llmCalls, or do less",
  });
  expect(meter.spent.llmCalls).toBe(2);
});

test.each([
  ["totalTokens", 100],
  ["costUsd", 0.5],
] as const)("once %s are used up no further model call starts; nodes and tools continue", (what, limit) => {
  const meter = new BudgetMeter({ [what]: limit }, undefined);
  meter.reserve("llmCalls", "a");
  meter.add({ [what]: limit - 0.1 });
  meter.reserve("llmCalls", "b");
  meter.add({ [what]: 0.2 });
  expect(violationOf(() => meter.reserve("llmCalls", "c"))).toMatchObject({
    code: "ICE_BUDGET_EXCEEDED",
    details: { budget: what, limit, used: expect.closeTo(limit + 0.1) },
  });
  meter.reserve("nodes", "d");
  meter.reserve("toolCalls", "d");
  expect(meter.spent).toMatchObject({ llmCalls: 2, nodes: 1, toolCalls: 1 });
});

test("a workflow inside another counts in both, and the smaller budget applies", () => {
  const outer = new BudgetMeter({ toolCalls: 3, totalTokens: 10 }, undefined);
  const inner = new BudgetMeter({ toolCalls: 2 }, outer);
  outer.reserve("toolCalls", "a");
  inner.reserve("toolCalls", "s.b");
  inner.reserve("toolCalls", "s.c");
  expect(violationOf(() => inner.reserve("toolCalls", "s.d"))).toMatchObject({ details: { limit: 2 } });
  expect([outer.spent.toolCalls, inner.spent.toolCalls]).toEqual([3, 2]);
  expect([outer.violation, inner.violation?.error.path]).toEqual([undefined, "s.d"]);
  inner.add({ totalTokens: 10 });
  expect(violationOf(() => inner.reserve("llmCalls", "s.e"))).toMatchObject({ details: { budget: "totalTokens" } });
  expect(outer.violation?.error.path).toBe("s.e");
});

test("the first violation stays", () => {
  const meter = new BudgetMeter({ nodes: 0, toolCalls: 0 }, undefined);
  const first = violationOf(() => meter.reserve("nodes", "a"));
  expect(violationOf(() => meter.reserve("toolCalls", "b"))).toBe(first);
});

test("invalid amounts are ignored: usage is untrusted", () => {
  const meter = new BudgetMeter(undefined, undefined);
  meter.add({ inputTokens: -5, outputTokens: Number.NaN, costUsd: Infinity, totalTokens: 3 });
  meter.add({ toString: 1, surprise: 7, totalTokens: "9" } as never);
  expect(meter.spent).toEqual({ ...noUsage, totalTokens: 3, nodes: 0 });
});
