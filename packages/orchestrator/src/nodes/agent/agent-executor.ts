import type { builtinNodes, Json, ModelAgent } from "@ice/core";
import { normalizeJson } from "@ice/core/internal";
import { asText } from "../../models/as-text.ts";
import { recordedStep } from "../../run/recorded-step.ts";
import type { BuiltinActivation } from "../builtin-activation.ts";
import { memoryOf } from "./agent-memory.ts";
import { runAgent, type AgentAnswer } from "./run-agent.ts";

type AgentActivation = BuiltinActivation<typeof builtinNodes.agent>;

/** Runs an agent: a registered one, or an inline one on a model. With `memory`, it receives earlier turns of the same thread, oldest first. */
export async function executeAgent(activation: AgentActivation): Promise<unknown> {
  const { package: name, input = null, maxIterations, memory } = activation.config;
  const agent = name === undefined ? inlineAgent(activation) : activation.run.runtime.agents.require(name);
  const conversation = memory === undefined ? undefined : memoryOf(activation, memory);
  const history = conversation === undefined ? [] : await conversation.history();
  const run = (): Promise<AgentAnswer> => runAgent(activation, { agent, input, history, maxIterations });
  // What the store keeps is what the outcome says: a function that ran twice might answer two things.
  const answer = memory?.scope === "store" && "run" in agent ? await recordedAnswer(activation, run) : await run();
  const { output, text = textOf(output), steps, toolCalls, finishReason = "stop", usage, messages } = answer;
  await conversation?.keep({ input, output, messages });
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

/** The answer of a function, recorded like that of a model. */
async function recordedAnswer(activation: AgentActivation, run: () => Promise<AgentAnswer>): Promise<AgentAnswer> {
  const answer = await recordedStep(activation, "a", async () => normalizeJson(await run()));
  return answer as unknown as AgentAnswer;
}

/** The answer as text: a string unchanged, `text` of an object, otherwise compact JSON. */
function textOf(output: Json): string {
  if (typeof output === "string") return output;
  const text = typeof output === "object" && output !== null && "text" in output ? output["text"] : undefined;
  return typeof text === "string" ? text : JSON.stringify(output);
}
