import { expect, test } from "vitest";
import { countUsage, type UsageCount } from "./usage.ts";

test("invalid usage does not count: a record with it could not be read back", () => {
  const usage: UsageCount = { totalTokens: 1 };
  const reported: readonly [string, unknown][] = [
    ["totalTokens", Infinity],
    ["totalTokens", Number.NaN],
    ["totalTokens", -1],
    ["totalTokens", "5"],
    ["cachedInputTokens", 5],
    ["nodes", 5],
    ["__proto__", 5],
    ["toString", 5],
    ["costUsd", 0.5],
  ];
  for (const [what, amount] of reported) countUsage(usage, what as never, amount as never);
  expect(usage).toEqual({ totalTokens: 1, costUsd: 0.5 });
});
