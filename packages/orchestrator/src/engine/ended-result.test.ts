import { inspect } from "node:util";
import { expect, test } from "vitest";
import { noUsage } from "../history/usage.ts";
import { endedResult } from "./ended-result.ts";

const rest = {
  runId: "r",
  workflow: { name: "w", version: "1.0.0" },
  status: "completed",
  usage: noUsage,
  startedAt: 1,
  endedAt: 3,
  durationMs: 2,
} as const;
const nodes = { a: { type: "tool", status: "completed", attempts: 1, output: 1 } } as const;

function counted() {
  const made = { output: 0, nodes: 0 };
  const result = endedResult(rest, {
    output: () => {
      made.output += 1;
      return { a: 1 };
    },
    nodes: () => {
      made.nodes += 1;
      return nodes;
    },
  });
  return { made, result };
}

test("tables are created when they are read, once", () => {
  const { made, result } = counted();
  expect([result.status, made]).toEqual(["completed", { output: 0, nodes: 0 }]);
  expect(result.output).toBe(result.output);
  expect(made).toEqual({ output: 1, nodes: 0 });
});

test("copied, compared, written as JSON or printed, it is like any other object", () => {
  const plain = { ...rest, output: { a: 1 }, nodes };
  expect(counted().result).toEqual(plain);
  expect({ ...counted().result }).toEqual(plain);
  expect(structuredClone(counted().result)).toEqual(plain);
  expect(JSON.parse(JSON.stringify(counted().result))).toEqual(plain);
  expect(Object.keys(counted().result).slice(0, 5)).toEqual(["runId", "workflow", "status", "output", "nodes"]);
  expect(inspect(counted().result)).toBe(inspect({ ...counted().result }));
  expect(inspect(counted().result)).toContain("nodes: { a: { type: 'tool'");
});
