import type { Json } from "../json/json.ts";

/** One thing that happened in a run. Names are `source.eventVerb`, in the past tense. */
export interface RunEvent {
  /** E.g. `node.completed`. */
  readonly type: string;
  readonly runId: string;
  /** Strictly increasing within a run, from 1. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Path of the node, e.g. `listings[3].price`; absent on events of the whole run. */
  readonly path?: string;
  readonly nodeType?: string;
  /** Attempt number, from 1. */
  readonly attempt?: number;
  readonly data: { readonly [key: string]: Json };
}

/** Event names that ice itself emits, by source. A plugin adds its own under its own source. */
export const eventTypes = [
  "workflow.started",
  "workflow.completed",
  "workflow.failed",
  "workflow.cancelled",
  "workflow.suspended",
  "workflow.resumed",
  "node.started",
  "node.completed",
  "node.failed",
  "node.skipped",
  "node.cancelled",
  "node.retryScheduled",
  "node.progressed",
  "agent.stepCompleted",
  "tool.called",
  "tool.returned",
  "loop.iterationCompleted",
  "swarm.roundCompleted",
  "human.requested",
  "human.responded",
  "human.timedOut",
  "human.escalated",
  "monitor.triggered",
  "monitor.alertFailed",
  "budget.exceeded",
  "network.started",
  "network.completed",
  "network.failed",
  "network.cancelled",
  "network.suspended",
  "network.resumed",
  "network.workflowStarted",
  "network.workflowCompleted",
  "network.workflowFailed",
  "network.workflowSkipped",
  "network.workflowCancelled",
  "network.workflowSuspended",
  "sandbox.executed",
  "sandbox.limitHit",
] as const;
