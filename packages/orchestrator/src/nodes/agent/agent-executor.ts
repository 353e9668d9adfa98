import type { builtinNodes, Json, ModelAgent } from "@ice/core";
import type { BuiltinActivation } from "../builtin-activation.ts";
import { runAgent } from "./run-agent.ts";
import { historyFor, keepTurn, threadOf } from "./agent-memory.ts";

type AgentActivation = BuiltinActivation<typeof builtinNodes.agent>;

/** Runs an agent: a registered one, or an inline one on a model. With `memory`, it receives earlier turns of the same thread, oldest first. */
export async function executeAgent(activation: AgentActivation): Promise<unknown> {
  const { package: name, input = null, maxIterations, memory } = activation.config;
  const agent = name === undefined ? inlineAgent(activation) : activation.run.runtime.agents.require(name);
  const thread = memory === undefined ? undefined : threadOf(activation.run, memory.thread);
  const history =
    thread === undefined || memory === undefined ? [] : await historyFor(activation, thread, memory.maxTurns);
  const answer = await runAgent(activation, { agent, input, history, maxIterations });
  const { output, text = textOf(output), steps, toolCalls, finishReason = "stop", usage, messages } = answer;
  if (thread !== undefined && memory !== undefined)
    keepTurn(activation, { thread, name: memory.thread, maxTurns: memory.maxTurns }, { input, output, messages });
  return { output, text, steps, toolCalls, finishReason, usage };
}

/** The agent that a node describes itself. */
function inlineAgent({ nodeId, config }: AgentActivation): ModelAgent {
  const { model = "default", system, tools = [] } = config;
  return {
    name: nodeId,
    description: "",
    model: asText(model),
    system: system === undefined ? undefined : asText(system),
    tools,
  };
}

/** A template may give anything; what is no string goes as compact JSON. */
const asText = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

/** The answer as text: a string unchanged, `text` of an object, otherwise compact JSON. */
function textOf(output: Json): string {
  if (typeof output === "string") return output;
  const text = typeof output === "object" && output !== null && "text" in output ? output["text"] : undefined;
  return typeof text === "string" ? text : JSON.stringify(output);
}
