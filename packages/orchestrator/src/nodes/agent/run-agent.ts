import type { AgentDefinition, Json, JsonObject, ModelMessage, Usage } from "@ice/core";
import type { KeptTurn } from "../../history/kept-turn.ts";
import { asText } from "../../models/as-text.ts";
import type { Activation } from "../../run/activation.ts";
import { messagesOf } from "./agent-memory.ts";
import { FunctionAgentCall } from "./function-agent-call.ts";
import { runModelAgent } from "./run-model-agent.ts";

/** One call of an agent. */
export interface AgentCall {
  readonly agent: AgentDefinition;
  readonly input: Json;
  readonly role?: string;
  readonly config?: JsonObject;
  readonly history?: readonly KeptTurn[];
  /** Maximum number of steps; one more fails with `ICE_AGENT_LIMIT`. Default: the agent's own, otherwise 10. */
  readonly maxIterations?: number | undefined;
  /** Prefix of the keys of its steps, for nodes that call agents more than once: `i2/`. Default none. */
  readonly keyPrefix?: string;
}

export interface AgentAnswer {
  readonly output: Json;
  readonly steps: number;
  readonly toolCalls: readonly JsonObject[];
  readonly usage: Partial<Usage>;
  /** Only of an agent on a model. */
  readonly text?: string;
  readonly finishReason?: string;
  readonly messages?: readonly ModelMessage[];
}

const defaultIterations = 10;

/** Runs an agent, a function or one on a model. */
export function runAgent(activation: Omit<Activation, "config">, call: AgentCall): Promise<AgentAnswer> {
  const { agent, input, role = agent.name, history = [], keyPrefix = "" } = call;
  const maxIterations = call.maxIterations ?? ("model" in agent ? agent.maxIterations : undefined) ?? defaultIterations;
  if (!("model" in agent))
    return new FunctionAgentCall(activation, agent, { ...call, role, keyPrefix, maxIterations }).run(history);
  return runModelAgent(activation, {
    agent,
    input: asText(input),
    role,
    history: history.flatMap(messagesOf),
    maxIterations,
    keyPrefix,
  });
}
