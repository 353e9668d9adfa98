import { skipReasons } from "../result/result.ts";
import { agentEvents } from "./agent-events.ts";
import type { RunEventDefinition } from "./event-definition.ts";
import { field } from "./event-field.ts";
import { languageEvents } from "./language-events.ts";

const identity = {
  name: field.string("Name of the workflow or network."),
  version: field.string("Its version."),
};
const durationMs = field.number("Time from start to end, in milliseconds.");
const error = field.record(
  {
    code: field.string("Stable [error code](errors.md)."),
    message: field.string("What happened."),
    path: field.optional(field.string("Innermost node in which it occurred.")),
    fix: field.optional(field.string("How to fix it.")),
    details: field.optional(field.object("Details of the error, as JSON.")),
  },
  "What went wrong.",
);
const ended = { durationMs };
const failed = { durationMs, error };
const cancelled = { durationMs, error: field.optional(error) };
const suspended = {
  reason: field.oneOf(
    ["waiting", "paused", "interrupted"],
    "It waits for an answer, was paused by a monitor, or was interrupted.",
  ),
};
const skipReason = field.oneOf(skipReasons, "Why the node did not run, or does not count.");
const request = field.number("Number of the request within the node, from 1.");
const asked = {
  request,
  kind: field.oneOf(["human"], "Who is asked."),
  promptMessage: field.string("The question."),
  approvalType: field.nullable(field.oneOf(["approval", "input", "choice"], "The kind of answer that is expected.")),
  choices: field.list(field.string(), "The answers to choose from; empty for other kinds."),
  responseSchema: field.nullable(field.object("JSON Schema of the answer.")),
  expiresAt: field.nullable(field.number("The deadline, in epoch milliseconds.")),
  assignees: field.list(field.string(), "Who is asked; empty: anyone."),
  escalated: field.boolean("True once the request has gone to `escalateTo`."),
};
const fuel = field.number("Units of work that the code used.");
const peakMemoryBytes = field.number("The most memory that the code had at a time.");

/**
 * Every event of ice. The types of events and `docs/reference/events.md` are derived from this table. Plugins declare their
 * events in `RunEventMap`, under their own source.
 */
export const runEvents = {
  "workflow.started": { description: "A run begins.", about: "run", data: identity },
  "workflow.completed": { description: "A run has completed.", about: "run", data: ended },
  "workflow.failed": { description: "A run has failed.", about: "run", data: failed },
  "workflow.cancelled": { description: "A run was cancelled.", about: "run", data: cancelled },
  "workflow.suspended": {
    description: "This process has released a run before its end; the run can be resumed.",
    about: "run",
    data: suspended,
  },
  "workflow.resumed": { description: "A process resumes a run.", about: "run", data: identity },
  "node.started": {
    description: "A node begins; further attempts do not emit it again.",
    about: "node",
    data: { items: field.optional(field.number("Only in the record of a loop: how many items it has.")) },
  },
  "node.placed": {
    description: "An attempt waits for a worker that provides what the node requires.",
    about: "node",
    data: { queue: field.string("The queue in which it waits: the required names, such as `browser+gpu`.") },
  },
  "node.claimed": {
    description: "A worker has taken an attempt that was placed.",
    about: "node",
    data: { worker: field.string("Id of the worker.") },
  },
  "node.completed": {
    description: "A node has completed.",
    about: "node",
    data: {
      durationMs,
      error: field.optional(error),
      recovered: field.optional(
        field.oneOf([true], "Only when the failure in `error` was replaced, by `onError.output` or a scope's `catch`."),
      ),
      cached: field.optional(field.oneOf([true], "Only when the output is that of an earlier run.")),
    },
  },
  "node.failed": { description: "The last attempt of a node has failed.", about: "node", data: failed },
  "node.skipped": {
    description: "A node did not run, or has failed and `onError` says `skip`.",
    about: "node",
    data: { skipReason, durationMs: field.optional(durationMs), error: field.optional(error) },
  },
  "node.cancelled": { description: "A node was cancelled while it ran.", about: "node", data: ended },
  "node.retryScheduled": {
    description: "An attempt has failed, and another one follows.",
    about: "node",
    data: {
      delayMs: field.number("Time until then, in milliseconds."),
      nextAttempt: field.number("Number of the next attempt, from 2."),
      error: field.record({ code: error.fields.code, message: error.fields.message }, "What went wrong."),
    },
  },
  ...languageEvents,
  "node.progressed": {
    description: "A tool or an executor reports progress.",
    about: "node",
    data: {},
    more: "what it reports",
  },
  ...agentEvents,
  "loop.iterationCompleted": {
    description: "An iteration of a loop has completed.",
    about: "node",
    data: { index: field.number("Number of the iteration, from 0.") },
  },
  "swarm.roundCompleted": {
    description: "The members of a swarm have finished a round.",
    about: "node",
    data: {
      round: field.number("Number of the round, from 1."),
      proposals: field.optional(
        field.list(
          field.record({
            role: field.string("Whose proposal it is."),
            proposal: field.json("What the member proposes."),
            votes: field.number("How many members voted for it."),
          }),
          "Only with `consensus`.",
        ),
      ),
      votes: field.optional(
        field.map(field.nullable(field.string()), "Only with `consensus`: role → the role it voted for."),
      ),
      leader: field.optional(field.string("Only with `hierarchical`: role of the member that plans.")),
      workers: field.optional(field.list(field.string(), "Only with `hierarchical`: roles of the others.")),
      bids: field.optional(
        field.map(field.nullable(field.number()), "Only with `marketplace`: role → its bid, null for none."),
      ),
      winner: field.optional(
        field.nullable(field.string("Only with `marketplace`: role of the member that executes the task.")),
      ),
    },
  },
  "human.requested": { description: "A person is asked.", about: "node", data: asked },
  "human.escalated": { description: "After a deadline, those in `escalateTo` are asked.", about: "node", data: asked },
  "human.responded": {
    description: "The answer has arrived at the node.",
    about: "node",
    data: { by: field.nullable(field.string("Who answered, as the caller named them.")) },
  },
  "human.timedOut": { description: "A deadline has passed without an answer.", about: "node", data: { request } },
  "monitor.triggered": {
    description: "The expression of a monitor became true.",
    about: "node",
    data: {
      action: field.oneOf(["alert", "pause", "abort"], "What the monitor does."),
      metrics: field.map(field.number(), "The [metrics](nodes.md#monitor) that it read."),
    },
  },
  "monitor.alertFailed": {
    description: "An alert did not reach a channel.",
    about: "node",
    data: { channel: field.string("Name of the channel."), error: field.string("What went wrong.") },
  },
  "budget.exceeded": {
    description: "A budget stops its workflow.",
    about: "run",
    data: {
      budget: field.oneOf(["nodes", "toolCalls", "llmCalls", "totalTokens", "costUsd"], "What is used up."),
      limit: field.number("How much of it is allowed."),
      used: field.number("How much of it was used."),
    },
  },
  "network.started": { description: "A [network](../guide/networks.md) begins.", about: "run", data: identity },
  "network.completed": { description: "A network has completed.", about: "run", data: ended },
  "network.failed": { description: "A network has failed.", about: "run", data: failed },
  "network.cancelled": { description: "A network was cancelled.", about: "run", data: cancelled },
  "network.suspended": {
    description: "This process has released a network before its end; the network can be resumed.",
    about: "run",
    data: suspended,
  },
  "network.resumed": { description: "A process resumes a network.", about: "run", data: identity },
  "network.workflowStarted": { description: "A workflow of a network begins.", about: "node", data: {} },
  "network.workflowCompleted": { description: "A workflow of a network has completed.", about: "node", data: ended },
  "network.workflowFailed": { description: "A workflow of a network has failed.", about: "node", data: failed },
  "network.workflowSkipped": {
    description: "A workflow of a network does not run.",
    about: "node",
    data: { skipReason },
  },
  "network.workflowCancelled": {
    description: "A workflow of a network was cancelled.",
    about: "node",
    data: ended,
  },
  "network.workflowSuspended": {
    description: "A workflow of a network waits, or this process has released it before its end.",
    about: "node",
    data: { runId: field.string("Id of its own run.") },
  },
  "sandbox.executed": {
    description: "The code of a node has ended in the sandbox.",
    about: "node",
    data: {
      ok: field.boolean("Whether it returned a value."),
      wallMs: field.number("From start to end, queueing included, in milliseconds."),
      hostWaitMs: field.number("Time within it that was spent waiting for granted tools, files and hosts."),
      runMs: field.number("Time that the code ran, in milliseconds."),
      fuel,
      peakMemoryBytes,
      hostCalls: field.number("Requests to the host: calls of tools, file operations, HTTP requests."),
      logBytes: field.number("Bytes of log that were kept."),
      logBytesDropped: field.number("Bytes of log above the limit."),
      reused: field.boolean("False when the instance was made for this execution."),
      logs: field.list(
        field.record({ level: field.string("`log`, `warn`, …"), text: field.string("The line.") }),
        "What the code logged.",
      ),
    },
  },
  "sandbox.limitHit": {
    description: "A limit has ended the code; `sandbox.executed` came before.",
    about: "node",
    data: {
      limit: field.oneOf(["fuel", "memory", "timeout", "stack", "output"], "Which one."),
      message: field.string("What happened."),
      fuel,
      peakMemoryBytes,
    },
  },
} as const satisfies Readonly<Record<string, RunEventDefinition>>;
