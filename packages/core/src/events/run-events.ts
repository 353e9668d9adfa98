import { skipReasons } from "../result/result.ts";
import { field, type EventFields } from "./event-field.ts";

/** The declaration of a type of event. */
export interface RunEventDefinition {
  /** When the event is emitted. */
  readonly description: string;
  /** A `node` event has `path` and `nodeType`; an event of the `run` as a whole has neither. */
  readonly about: "run" | "node";
  readonly data: EventFields;
  /** Further content of `data`. */
  readonly more?: string;
}

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
const asker = {
  agent: field.optional(field.string("Only of an agent or a member of a swarm: its name.")),
  role: field.optional(field.string("Only of an agent or a member of a swarm: its role in the swarm; else its name.")),
};
const tool = {
  tool: field.string("Name of the tool."),
  call: field.optional(field.number("Number of the call among those of the attempt, from 1.")),
  ...asker,
};
const server = { server: field.string("Id of the server in the configuration.") };
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
const call = field.number("Number of the request within the attempt, from 1.");
const modelCall = { call, model: field.string("`provider/model`."), ...asker };
const tokens = field.record(
  {
    inputTokens: field.number("Tokens of the request."),
    outputTokens: field.number("Tokens of the answer."),
    totalTokens: field.number("Their sum."),
    cachedInputTokens: field.number("Tokens of the request that the provider had cached."),
    reasoningTokens: field.number("Tokens of the answer that were reasoning."),
  },
  "What was used.",
);
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
  "node.started": { description: "A node begins; further attempts do not emit it again.", about: "node", data: {} },
  "node.completed": {
    description: "A node has completed.",
    about: "node",
    data: {
      durationMs,
      error: field.optional(error),
      recovered: field.optional(
        field.oneOf([true], "Only when `onError.output` replaced the failure, which is in `error`."),
      ),
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
  "node.progressed": {
    description: "A tool or an executor reports progress.",
    about: "node",
    data: {},
    more: "what it reports",
  },
  "agent.stepCompleted": {
    description: "An agent has called a tool or reported a step.",
    about: "node",
    data: {
      agent: field.string("Name of the agent."),
      role: field.string("Its role in a swarm; else its name."),
      step: field.number("Number of the step, from 1."),
      tools: field.optional(field.list(field.string(), "Only on a model: the tools that its answer calls.")),
      finishReason: field.optional(field.string("Only on a model: why it stopped.")),
    },
    more: "what the agent reports; `tool`, when the step calls one",
  },
  "llm.called": { description: "A request goes to a model.", about: "node", data: modelCall },
  "llm.tokenStreamed": {
    description: "Text of an answer has arrived: the first immediately, then batches of up to 50 ms or 8 KiB.",
    about: "node",
    data: { call, text: field.string("The text that was added."), ...asker },
  },
  "llm.completed": {
    description: "A model has answered.",
    about: "node",
    data: {
      ...modelCall,
      finishReason: field.oneOf(["stop", "length", "content-filter", "tool-calls", "other"], "Why the model stopped."),
      usage: tokens,
      costUsd: field.nullable(field.number("Cost in USD; null when the price is unknown.")),
      durationMs: field.number("From the request to the end of the answer, in milliseconds."),
      firstTokenMs: field.nullable(
        field.number("From the request to the first text, in milliseconds; null without text."),
      ),
      warnings: field.list(field.string(), "Options that the provider did not follow."),
    },
  },
  "llm.failed": {
    description: "A request to a model has failed.",
    about: "node",
    data: {
      ...modelCall,
      code: field.string("Stable [error code](errors.md)."),
      next: field.nullable(field.string("The next model of the chain that is asked; null for none.")),
    },
  },
  "mcp.connected": { description: "The call of a tool has reached its MCP server.", about: "node", data: server },
  "mcp.disconnected": { description: "A server has ended, as this call notices.", about: "node", data: server },
  "mcp.changed": { description: "A server has changed since it was trusted.", about: "node", data: server },
  "tool.called": { description: "A node calls a tool.", about: "node", data: tool },
  "tool.returned": { description: "The tool has returned.", about: "node", data: tool },
  "tool.failed": {
    description: "The tool has failed, or its arguments or its result do not match.",
    about: "node",
    data: { ...tool, code: field.string("Stable [error code](errors.md).") },
  },
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
