import { expect, test } from "vitest";
import type { GraphNode, RunEvent } from "../api/types.ts";
import { membersOf, viewOf, type ShownMember } from "./network-view.ts";

const graph = ["order", "refund", "bad", "late"].map((id): GraphNode => ({
  path: id,
  id,
  type: `${id}-flow`,
  dependencies: [],
}));
const event = (type: string, path: string, at: number): RunEvent => ({ id: `${at}.0`, type, path, at, data: {} });
const events = [event("network.workflowStarted", "order", 1), event("network.workflowStarted", "bad", 2)];
const workflow = { name: "w", version: "1.0.0" };
const workflows: Record<string, ShownMember> = {
  order: { runId: "n.order", status: "completed", workflow, startedAt: 1, endedAt: 5 },
  refund: {
    runId: "n.refund",
    status: "suspended",
    workflow,
    startedAt: 5,
    endedAt: 6,
    waiting: [{ path: "approve", kind: "human", promptMessage: "Refund?" } as never],
  },
};

test("a run says its state and what it does now; one that is not in the document yet has started or waits its turn", () => {
  const members = membersOf({ graph, workflows, events, reasons: new Map([["late", "waits for refund"]]) });
  expect(members).toEqual([
    {
      id: "order",
      runId: "n.order",
      workflow: "w 1.0.0",
      state: "completed",
      word: "completed",
      now: "",
      startedAt: 1,
      endedAt: 5,
    },
    {
      id: "refund",
      runId: "n.refund",
      workflow: "w 1.0.0",
      state: "waiting",
      word: "waiting for an answer",
      now: "asks: Refund?",
      startedAt: 5,
    },
    { id: "bad", workflow: "bad-flow", state: "running", word: "running", now: "starts", startedAt: 2 },
    { id: "late", workflow: "late-flow", state: "pending", word: "pending", now: "waits for refund" },
  ]);
});

test("the graph of runs is drawn as that of nodes", () => {
  const members = membersOf({ graph, workflows, events, reasons: new Map() });
  const { nodes } = viewOf(members, events, 9);
  expect([...nodes.keys()]).toEqual(["order", "refund", "bad"]);
  expect(nodes.get("order")).toMatchObject({ type: "workflow", spans: [{ start: 1, end: 5, state: "completed" }] });
  expect(nodes.get("refund")).toMatchObject({ asks: "asks: Refund?", spans: [{ kind: "waiting", start: 5 }] });
});
