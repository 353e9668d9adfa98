import type { Json, JsonObject } from "../json/json.ts";
import type { ServiceKey } from "../registry/service-key.ts";
import type { Usage } from "../result/result.ts";
import type { ModelAnswer, ModelMessage, ModelRequest } from "../services/language-model-service.ts";

/** One earlier turn of an agent's conversation. */
export interface AgentTurn {
  readonly input: Json;
  readonly output: Json;
}

/** What an agent asks a model: `prompt` is the last message of the user. */
export interface AgentModelRequest extends Omit<ModelRequest, "messages"> {
  readonly prompt?: string | undefined;
  /** Earlier messages. Default none. */
  readonly messages?: readonly ModelMessage[] | undefined;
}

/** What a model answered to an agent. */
export interface AgentModelAnswer extends Pick<ModelAnswer, "text" | "toolCalls" | "finishReason" | "state"> {
  /** The checked object, with `jsonSchema`; else null. */
  readonly object: Json;
  /** Who answered: `provider/model`. */
  readonly model: string;
  /** Tokens, and `costUsd` when the price is known. */
  readonly usage: Readonly<Record<string, number>>;
}

/** The argument of an agent. */
export interface AgentContext {
  /** The input: `input` of an agent node, `{ state, iteration }` in a recursion, a phase of a swarm. */
  readonly input: Json;
  /** `configOverrides` of a swarm member; otherwise empty. */
  readonly config: JsonObject;
  /** Role in a swarm; otherwise the agent's name. */
  readonly role: string;
  /** Earlier turns of the same memory thread in this run, oldest first. */
  readonly history: readonly AgentTurn[];
  readonly signal: AbortSignal;
  readonly attempt: number;
  readonly runId: string;
  /** Tenant of the run. */
  readonly tenant: string;
  readonly path: string;
  /**
   * Calls one of the agent's `tools`. Each call is a step and counts towards `maxIterations`.
   *
   * @param options - `key`: names the call, uniquely among the tool calls of the node. Then its result is recorded, and a resume or
   *   a retry gets it without another call.
   * @throws IceError `ICE_TOOL_UNKNOWN` (not in the agent's list), `ICE_TOOL_ARGS`, or the error of the tool.
   */
  callTool(name: string, args: JsonObject, options?: { readonly key?: string }): Promise<Json>;
  /**
   * Asks a model, within the budgets of the run.
   *
   * @param options - `key`: names the request, uniquely among those of the node. Then its answer is recorded, and not paid again.
   * @throws IceError `ICE_MODEL_*`, `ICE_BUDGET_EXCEEDED`, `ICE_SERVICE_MISSING`.
   */
  generate(request: AgentModelRequest, options?: { readonly key?: string }): Promise<AgentModelAnswer>;
  /** Reports a step that is not a tool call, in an event `agent.stepCompleted`. */
  step(data: JsonObject): void;
  addUsage(usage: Partial<Usage>): void;
  /** @throws IceError `ICE_SERVICE_MISSING`. */
  use<T>(key: ServiceKey<T>): T;
}

/** An agent that is a function: it may call tools, models or anything else, and returns JSON. */
export interface FunctionAgent {
  readonly name: string;
  readonly description: string;
  /** Names of the tools that it may call. */
  readonly tools: readonly string[];
  readonly run: (context: AgentContext) => unknown;
}

/** An agent on a model: the model decides which of its tools to call, until it answers without a call. */
export interface ModelAgent {
  readonly name: string;
  readonly description: string;
  /** `provider/model`, or an alias. */
  readonly model: string;
  readonly system?: string | undefined;
  /** Names of the tools that the model may call. */
  readonly tools: readonly string[];
  /** Maximum number of answers of the model; the node's own value takes precedence. Default 10. */
  readonly maxIterations?: number | undefined;
  /** 0 to 2. Default: the model's own. */
  readonly temperature?: number | undefined;
  /** Maximum tokens of an answer. Default: the model's own. */
  readonly maxTokens?: number | undefined;
  /** JSON Schema of the last answer, which is checked. */
  readonly jsonSchema?: JsonObject | undefined;
}

/** An agent: a function, or one on a model. */
export type AgentDefinition = FunctionAgent | ModelAgent;

type FunctionAgentInput = Pick<FunctionAgent, "name" | "run"> & Partial<FunctionAgent>;
type ModelAgentInput = Pick<ModelAgent, "name" | "model"> & Partial<ModelAgent>;

/** An agent as authors write it: `description` defaults to an empty text, `tools` to none. */
export type AgentInput = FunctionAgentInput | ModelAgentInput;

/** Defines an agent. */
export function defineAgent(agent: FunctionAgentInput): FunctionAgent;
export function defineAgent(agent: ModelAgentInput): ModelAgent;
export function defineAgent(agent: AgentInput): AgentDefinition;
export function defineAgent(agent: AgentInput): AgentDefinition {
  return { description: "", tools: [], ...agent };
}
