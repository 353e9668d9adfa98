import { expect, test } from "vitest";
import { problemOfEvent } from "./problem-of-event.ts";
import type { RunEvent } from "./run-event.ts";

const problemOf = (type: string, data: object, more: object = { path: "a", nodeType: "tool" }) =>
  problemOfEvent({ type, runId: "r", seq: 1, at: 0, data, ...more } as unknown as RunEvent);
const error = { code: "ICE_RUN_TIMEOUT", message: "It took too long." };

test.each<[string, object]>([
  ["node.completed", { durationMs: 5 }],
  ["node.completed", { durationMs: 5, recovered: true, error: { ...error, path: "a.b", details: { ms: 5 } } }],
  ["node.skipped", { skipReason: "whenFalse" }],
  ["node.progressed", { percent: 5 }],
  ["agent.stepCompleted", { agent: "a", role: "a", step: 1, tool: "echo" }],
  ["swarm.roundCompleted", { round: 1, votes: { a: "b", b: null } }],
  ["sandbox.limitHit", { limit: "fuel", message: "m", fuel: 1, peakMemoryBytes: 1 }],
  ["human.responded", { by: null }],
  ["acme.orderPlaced", { anything: [1] }],
])("%s may have the data %j", (type, data) => {
  expect(problemOf(type, data)).toBeUndefined();
});

test.each<[string, object]>([
  ["node.completed", {}],
  ["node.completed", { durationMs: "5" }],
  ["node.completed", { durationMs: 5, output: 1 }],
  ["node.completed", { durationMs: 5, recovered: false }],
  ["node.failed", { durationMs: 5, error: { ...error, stack: "at …" } }],
  ["node.failed", { durationMs: 5, error: { code: "ICE_RUN_TIMEOUT" } }],
  ["node.skipped", { skipReason: "mood" }],
  ["agent.stepCompleted", { agent: "a", role: "a" }],
  ["swarm.roundCompleted", { round: 1, votes: { a: 1 } }],
  ["sandbox.limitHit", { limit: "guest", message: "m", fuel: 1, peakMemoryBytes: 1 }],
  ["human.responded", {}],
])("%s may not have the data %j", (type, data) => {
  expect(problemOf(type, data)).toContain(`${type} has the data ${JSON.stringify(data)}, but declares {`);
});

test("an event of a node names the node, and one of a run names none", () => {
  expect(problemOf("node.started", {}, {})).toBe("node.started is an event of a node, but does not name one.");
  expect(problemOf("workflow.completed", { durationMs: 5 }, {})).toBeUndefined();
  expect(problemOf("workflow.completed", { durationMs: 5 })).toBe(
    'workflow.completed is an event of a run, but names the node "a".',
  );
});
