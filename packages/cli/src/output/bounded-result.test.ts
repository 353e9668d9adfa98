import type { NetworkResult, RunResult } from "@ice/core";
import { expect, test } from "vitest";
import { boundedOutputs, boundedResult } from "./bounded-result.ts";

const run = (output: string): RunResult => ({
  runId: "r",
  workflow: { name: "w", version: "1.0.0" },
  status: "completed",
  output: { last: output },
  nodes: {
    a: { type: "tool", status: "completed", attempts: 1, output: "x".repeat(600) },
    off: { type: "tool", status: "skipped", attempts: 0, skipReason: "whenFalse" },
  },
  usage: {} as RunResult["usage"],
  startedAt: 0,
  endedAt: 0,
  durationMs: 0,
});

test("a result within the limit is printed unchanged", () => {
  const result = run("y");
  expect(boundedResult(result)).toBe(result);
});

test("outputs of nodes are left out of a result that is too long, and nothing else", () => {
  const result = run("y");
  expect(boundedResult(result, 900)).toEqual({
    ...result,
    nodes: {
      a: { type: "tool", status: "completed", attempts: 1, outputOmitted: true },
      off: result.nodes["off"],
    },
  });
});

test("a network leaves out outputs of nodes first, then those of its workflows", () => {
  const network = (output: string): NetworkResult => ({
    runId: "n",
    name: "n",
    status: "completed",
    workflows: { one: run(output), two: { status: "skipped", skipReason: "dependencyFailed" } },
  });
  expect(boundedResult(network("y"), 900)).toMatchObject({
    workflows: { one: { output: { last: "y" }, nodes: { a: { outputOmitted: true } } }, two: { status: "skipped" } },
  });
  const shortest = boundedResult(network("y".repeat(900)), 900) as { workflows: { one: object } };
  expect(shortest.workflows.one).toMatchObject({ outputOmitted: true, nodes: { a: { outputOmitted: true } } });
  expect(shortest.workflows.one).not.toHaveProperty("output");
});

test("outputs of workflows are printed as long as they fit together", () => {
  const outputs = [
    ["one", "x".repeat(600)],
    ["two", { last: "y".repeat(600) }],
    ["three", "z"],
  ] as const;
  expect(boundedOutputs(outputs)).toEqual({ printed: Object.fromEntries(outputs), omitted: [] });
  expect(boundedOutputs(outputs, 900)).toEqual({
    printed: { one: "x".repeat(600), two: { outputOmitted: true }, three: "z" },
    omitted: ["two"],
  });
});
