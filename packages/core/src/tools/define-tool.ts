import type { z } from "zod";
import type { Emit } from "../events/run-event.ts";
import type { Json, JsonObject } from "../json/json.ts";
import type { ServiceKey } from "../registry/service-key.ts";
import type { SchemaOutput, ToolSchema } from "./tool-schema.ts";

/** What a tool gets besides its arguments. */
export interface ToolContext {
  /** Aborted when the attempt times out or the run stops. */
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
  readonly runId: string;
  /** Tenant of the run. */
  readonly tenant: string;
  /** Path of the calling node. */
  readonly path: string;
  /** The same for every attempt of one call. */
  readonly idempotencyKey: string;
  /** The same for every attempt of one call, but another one when a container around the node is tried again. */
  readonly callId: string;
  /** Emits `node.progressed` with this data. */
  progress(data: JsonObject): void;
  /** Emits an event of the calling node; nothing without one. */
  readonly emit: Emit;
  /** @throws IceError `ICE_SERVICE_MISSING`. */
  use<T>(key: ServiceKey<T>): T;
}

/** A tool: a function with a name, a description and an argument schema. */
export interface ToolDefinition<Args extends ToolSchema = ToolSchema, Output = unknown> {
  readonly name: string;
  readonly description: string;
  /** A zod schema or a JSON Schema; arguments are checked before each call (`ICE_TOOL_ARGS`). */
  readonly args: Args;
  /** Shape of what it returns; checked after each call (`ICE_OUTPUT_INVALID`). */
  readonly output?: z.ZodType<Output> | JsonObject;
  readonly sideEffects: "none" | "idempotent" | "external";
  /**
   * Whether its arguments `url` and `headers` are those of an HTTP request that goes to this URL only: then `secret://NAME` in a
   * header that a blueprint writes literally is resolved before each call. Default false.
   */
  readonly takesSecrets?: boolean;
  /** Sync and async functions both work; the result must be JSON. */
  readonly run: (args: SchemaOutput<Args>, context: ToolContext) => Output | Promise<Output>;
}

/** Name of a tool: letters, digits, `_`, `-`, `.`, at most 64; starts with a letter. */
export const toolNamePattern = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/**
 * Defines a tool. `sideEffects` defaults to `external`: say `none` for a pure function, `idempotent` for one that may be repeated.
 *
 * @throws IceError `ICE_PLUGIN_INVALID` for a name that is not a tool name (checked when it is registered).
 */
export function defineTool<Args extends ToolSchema, Output = Json>(
  options: Omit<ToolDefinition<Args, Output>, "sideEffects" | "description"> & {
    readonly description?: string;
    readonly sideEffects?: ToolDefinition["sideEffects"];
  },
): ToolDefinition<Args, Output> {
  return { description: "", sideEffects: "external", ...options };
}
