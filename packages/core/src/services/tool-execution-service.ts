import type { Emit } from "../events/run-event.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** Options of one call of a tool. */
export interface ToolCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** From 1. Default 1. */
  readonly attempt?: number | undefined;
  /** Run and node that call, when there is one. */
  readonly runId?: string | undefined;
  readonly path?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  /** See `ToolContext`. */
  readonly callId?: string | undefined;
  /**
   * The arguments as the blueprint writes them, for a tool that takes secrets: in no others is `secret://NAME` resolved. Default:
   * nothing is.
   */
  readonly written?: JsonObject | undefined;
  /** Tenant of the run, whose secrets may be used. Default `default`. */
  readonly tenant?: string | undefined;
  /** Emits the events of the tool. Default: there are none. */
  readonly emit?: Emit | undefined;
  /** Called with the tool's progress. */
  readonly onProgress?: ((data: JsonObject) => void) | undefined;
}

/** Calls registered tools, with arguments and results checked. */
export interface ToolExecutionService {
  /**
   * Values of secrets are replaced in what the tool returns and throws.
   *
   * @throws IceError `ICE_TOOL_UNKNOWN`, `ICE_TOOL_ARGS`, `ICE_SECRET_UNKNOWN`, `ICE_SECRET_DENIED`, `ICE_OUTPUT_INVALID`,
   * `ICE_OUTPUT_NOT_JSON`; what the tool throws passes through.
   */
  execute(name: string, args: JsonObject, options?: ToolCallOptions): Promise<Json>;
  list(): readonly ToolDescription[];
}

/** A tool as people and models see it. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  readonly sideEffects: "none" | "idempotent" | "external";
  /** JSON Schema of the arguments. */
  readonly args: JsonObject;
}

export const ToolExecutionService: ServiceKey<ToolExecutionService> = serviceKey("toolExecutionService");
