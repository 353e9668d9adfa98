import { ToolExecutionService, type Json, type JsonObject } from "@ice/core";
import type { Asker } from "../models/model-session.ts";
import type { Activation } from "../run/activation.ts";
import { toIceError } from "../run/failure.ts";

type Caller = Pick<Activation, "path" | "attempt" | "runId" | "emit" | "use" | "reserve" | "run"> & {
  /** Calls of this attempt so far. */
  toolCalls: number;
  readonly signal: AbortSignal;
  readonly idempotencyKey: string;
  readonly callId: string;
  readonly asker?: Asker;
};

/**
 * Calls a tool for a node: the call is counted against the budget and reported in events.
 *
 * @param written - the arguments as the blueprint writes them: secrets are resolved in no others.
 */
export async function callTool(caller: Caller, name: string, args: JsonObject, written?: JsonObject): Promise<Json> {
  const { path, attempt, runId, emit, run, asker } = caller;
  const waits = caller.reserve("toolCalls");
  if (waits !== undefined) await waits;
  const call = (caller.toolCalls += 1);
  emit("tool.called", { tool: name, call, ...asker });
  try {
    const output = await caller.use(ToolExecutionService).execute(name, args, {
      attempt,
      runId,
      path,
      tenant: run.store.tenant,
      written,
      emit,
      onProgress: (data) => emit("node.progressed", data),
      // Read only by tools that use them.
      get signal() {
        return caller.signal;
      },
      get idempotencyKey() {
        return caller.idempotencyKey;
      },
      get callId() {
        return caller.callId;
      },
    });
    emit("tool.returned", { tool: name, call, ...asker });
    return output;
  } catch (error) {
    emit("tool.failed", { tool: name, call, code: toIceError(error).code, ...asker });
    throw error;
  }
}
