import type { Json, JsonObject } from "../json/json.ts";
import type { ServiceKey } from "../registry/service-key.ts";
import type { Usage } from "../result/result.ts";

/** One earlier turn of an agent's conversation. */
export interface AgentTurn {
  readonly input: Json;
  readonly output: Json;
}

/** What an agent gets for one call. */
export interface AgentContext {
  /** The question: `input` of an agent node, `{ state, iteration }` in a recursion, a phase of a swarm. */
  readonly input: Json;
  /** `configOverrides` of a swarm member; else empty. */
  readonly config: JsonObject;
  /** Role in a swarm; else the agent's name. */
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
   * @throws IceError `ICE_TOOL_UNKNOWN` (not on the agent's list), `ICE_TOOL_ARGS`, or what the tool throws.
   */
  callTool(name: string, args: JsonObject): Promise<Json>;
  /** Reports a step that is not a tool call; it becomes `agent.stepCompleted`. */
  step(data: JsonObject): void;
  addUsage(usage: Partial<Usage>): void;
  /** @throws IceError `ICE_SERVICE_MISSING`. */
  use<T>(key: ServiceKey<T>): T;
}

/** An agent that is a function: it may call tools, models or anything else, and returns JSON. */
export interface AgentDefinition {
  readonly name: string;
  readonly description: string;
  /** Names of the tools it may call. */
  readonly tools: readonly string[];
  readonly run: (context: AgentContext) => unknown;
}

/** Defines an agent. `tools` defaults to none. */
export function defineAgent(
  options: Pick<AgentDefinition, "name" | "run"> & Partial<AgentDefinition>,
): AgentDefinition {
  return { description: "", tools: [], ...options };
}
