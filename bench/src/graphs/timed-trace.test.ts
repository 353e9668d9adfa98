import { expect, test } from "vitest";
import { TimedTrace } from "./timed-trace.ts";

const fork = { name: "fork", dependencies: [[], [0], [0]] };

test("the critical path is the longest way and the work is all ways", async () => {
  const trace = new TimedTrace(fork, [0, 0, 0]);
  for (const node of [0, 1, 2]) await trace.body(node);
  const { makespanMs, criticalPathMs, workMs } = trace.finish(0, 5);
  expect(makespanMs).toBe(5);
  expect(criticalPathMs).toBeGreaterThan(0);
  expect(workMs).toBeGreaterThan(criticalPathMs);
});

test("a node that did not run, and one that did not wait, are found", async () => {
  const trace = new TimedTrace(fork, [0, 0, 0]);
  await trace.body(1);
  await trace.body(0);
  expect(() => trace.finish(0, 5)).toThrow("node 1 of fork did not wait");
  await trace.body(0);
  await trace.body(1);
  expect(() => trace.finish(0, 5)).toThrow("node 2 of fork did not run");
});
