import type { RunEventDefinition } from "./event-definition.ts";
import { field } from "./event-field.ts";

const asker = {
  agent: field.optional(field.string("Only of an agent or a member of a swarm: its name.")),
  role: field.optional(field.string("Only of an agent or a member of a swarm: its role in the swarm; else its name.")),
};
const tool = {
  tool: field.string("Name of the tool."),
  call: field.optional(field.number("Number of the call among those of the attempt, from 1.")),
  ...asker,
};
const code = field.string("Stable [error code](errors.md).");
const server = { server: field.string("Id of the server in the configuration.") };
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

/** Events of agents, of requests to models, and of calls of tools. */
export const agentEvents = {
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
      code,
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
    data: { ...tool, code },
  },
} as const satisfies Readonly<Record<string, RunEventDefinition>>;
