import type { Json, JsonObject, ModelAgent, ModelAnswer, ModelMessage } from "@ice/core";
import { LanguageModelService } from "@ice/core";
import { readJsonData } from "@ice/core/internal";
import type { CountedUsage } from "../../models/counted-usage.ts";
import { ModelSession } from "../../models/model-session.ts";
import { recordedAs, storedAnswer } from "../../models/stored-shapes.ts";
import { structuredAnswer } from "../../models/structured-answer.ts";
import type { Activation } from "../../run/activation.ts";
import { recordedStep } from "../../run/recorded-step.ts";
import { checkCalls, type Step } from "./agent-loop.ts";
import { AgentTools, modelTools, type CallResult } from "./agent-tools.ts";
import { shownResult } from "./shown-result.ts";

/** One call of an agent on a model. */
export interface ModelAgentCall {
  readonly agent: ModelAgent;
  readonly input: string;
  readonly role: string;
  /** Earlier turns of the conversation. */
  readonly history: readonly ModelMessage[];
  readonly maxIterations: number;
  /** Begins the keys of its steps, where a node calls agents more than once: `r1.vote.judge/`. */
  readonly keyPrefix: string;
}

export interface ModelAgentAnswer {
  /** The text, or the checked object. */
  readonly output: Json;
  readonly text: string;
  readonly steps: number;
  readonly toolCalls: readonly JsonObject[];
  readonly finishReason: ModelAnswer["finishReason"];
  readonly usage: CountedUsage;
  /** What this call has added to the conversation. */
  readonly messages: readonly ModelMessage[];
}

/**
 * Asks a model and runs the tools that it calls, until it answers without a call. Every answer and every result is recorded, so that
 * a resume and a retry ask for none of them again.
 *
 * @throws IceError `ICE_AGENT_LIMIT`, `ICE_AGENT_LOOP`, `ICE_MODEL_*`, `ICE_BUDGET_EXCEEDED`.
 */
export async function runModelAgent(
  activation: Omit<Activation, "config">,
  { agent, input, role, history, maxIterations, keyPrefix }: ModelAgentCall,
): Promise<ModelAgentAnswer> {
  const { current } = activation;
  const { slice } = activation.run.pace;
  const asker = { agent: agent.name, role };
  const session = new ModelSession(activation, asker);
  const tools = new AgentTools(activation, asker, agent.tools);
  const offered = modelTools(activation.run.runtime, agent.tools);
  const messages: ModelMessage[] = [{ role: "user", text: input }];
  const earlier: Step[] = [];
  const toolCalls: JsonObject[] = [];
  let usage = noUsage;
  for (let step = 1; ; step += 1) {
    const ask = async (): Promise<Json> => {
      const {
        answer,
        model,
        usage: used,
      } = await session.ask(agent.model, {
        system: agent.system,
        messages: [...history, ...messages],
        tools: offered.length === 0 ? undefined : offered,
        jsonSchema: agent.jsonSchema,
        temperature: agent.temperature,
        maxTokens: agent.maxTokens,
      });
      const { text, toolCalls: calls, finishReason, state } = answer;
      if (calls.length === 0 && agent.jsonSchema !== undefined)
        await structuredAnswer(answer, agent.jsonSchema, model, slice);
      return { model, text, toolCalls: calls, finishReason, usage: used, ...(state && { state }) } as unknown as Json;
    };
    const key = `${keyPrefix}m${step}`;
    const answer = recordedAs(activation, key, storedAnswer, await recordedStep(activation, key, ask, current));
    const { text, toolCalls: calls, finishReason, state } = answer;
    usage = sum(usage, answer.usage);
    messages.push({ role: "assistant", text, toolCalls: calls, ...(state && { state }) });
    const names = calls.map((call) => tools.nameOf(call));
    activation.emit("agent.stepCompleted", { ...asker, step, tools: names, finishReason });
    if (calls.length === 0) {
      const output =
        agent.jsonSchema === undefined ? text : await structuredAnswer(answer, agent.jsonSchema, answer.model, slice);
      const end = finishReason === "tool-calls" ? "other" : finishReason; // it has no calls
      return { output, text, steps: step, toolCalls, finishReason: end, usage, messages };
    }
    checkCalls(agent.name, calls, { earlier, maxIterations });
    const results = await tools.callAll(calls, (index) => `${keyPrefix}t${step}.${index}`);
    const most = toolResultBytes(activation, agent.model);
    const shown: Json[] = [];
    for (const result of results) shown.push(await shownResult(result, most, slice));
    earlier.push({ calls, results: shown });
    for (const [index, result] of results.entries())
      toolCalls.push(reported(step, names[index]!, calls[index]!.arguments, result));
    messages.push({
      role: "tool",
      results: calls.map(({ id, name }, index) => ({ callId: id, name, result: shown[index]! })),
    });
  }
}

const noUsage: CountedUsage = {
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cachedInputTokens: 0,
  reasoningTokens: 0,
  costUsd: 0,
};

/** The cost of the whole is known only when that of each part is. */
function sum(a: CountedUsage, b: CountedUsage): CountedUsage {
  const { costUsd, ...tokens } = {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    totalTokens: a.totalTokens + b.totalTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    costUsd: a.costUsd === undefined || b.costUsd === undefined ? undefined : a.costUsd + b.costUsd,
  };
  return costUsd === undefined ? tokens : { ...tokens, costUsd };
}

const defaultToolResultBytes = 65_536;

const toolResultBytes = (activation: Pick<Activation, "use">, model: string): number =>
  activation.use(LanguageModelService).describe(model)[0].toolResultBytes ?? defaultToolResultBytes;

function reported(step: number, tool: string, text: string, result: CallResult): JsonObject {
  return { step, tool, args: asJson(text), ...result };
}

/** Arguments as they were read; the text of what could not be read. */
function asJson(text: string): Json {
  const read = readJsonData(text);
  return "value" in read ? read.value : text;
}
