import { expect, test } from "vitest";
import { spentByNode, sumOf } from "./spent.ts";

const asked = (path: string, costUsd: number, totalTokens = 100) => ({
  path,
  usage: { llmCalls: 1, costUsd, totalTokens, inputTokens: totalTokens - 10, outputTokens: 10 },
});

test("what the items of a loop have used is added up by node, the most expensive node first", () => {
  const spent = spentByNode([
    asked("intro", 0.01),
    asked("letters[0].write", 0.0123),
    asked("letters[1].write", 0.0123, 300),
    { path: "letters", usage: {} },
    { path: "rows", usage: { toolCalls: 1 } },
  ]);
  expect(spent).toEqual([
    {
      path: "letters.write",
      first: "letters[0].write",
      count: 2,
      usage: expect.objectContaining({ costUsd: 0.0246, totalTokens: 400, llmCalls: 2, toolCalls: 0 }),
    },
    { path: "intro", first: "intro", count: 1, usage: expect.objectContaining({ costUsd: 0.01 }) },
  ]);
});

test("nodes of the same cost are in the order of their tokens", () => {
  const spent = spentByNode([asked("few", 0, 10), asked("many", 0, 90)]);
  expect(spent.map(({ path }) => path)).toEqual(["many", "few"]);
  expect(sumOf([]).costUsd).toBe(0);
});
