import type { Json, JsonObject } from "../json/json.ts";
import type { ServiceKey } from "../registry/service-key.ts";
import type { Usage } from "../result/result.ts";

/** One earlier turn of an agent's conversation. */
export interface AgentTurn {
  readonly input: Json;
  readonly output: Json;
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
  readonly path: string;
  /**
   * Calls one of the agent's `tools`. Each call is a step and counts towards `maxIterations`.
   *
   * @throws IceError `ICE_TOOL_UNKNOWN` (not in the agent's list), `ICE_TOOL_ARGS`, or the error of the tool.
   */
  callTool(name: string, args: JsonObject): Promise<Json>;
  /** Reports a step that is not a tool call, in an event `agent.stepCompleted`. */
  step(data: JsonObject): void;
  addUsage(usage: Partial<Usage>): void;
  /** @throws IceError `ICE_SERVICE_MISSING`. */
  use<T>(key: ServiceKey<T>): T;
}

/** An agent that is a function: it may call tools, models or anything else, and returns JSON. */
export interface AgentDefinition {
  readonly name: string;
  readonly description: string;
  /** Names of the tools that it may call. */
  readonly tools: readonly string[];
  readonly run: (context: AgentContext) => unknown;
}

/** Defines an agent. Without `tools` it may call none. */
export function defineAgent(
  options: Pick<AgentDefinition, "name" | "run"> & Partial<AgentDefinition>,
): AgentDefinition {
  return { description: "", tools: [], ...options };
}
