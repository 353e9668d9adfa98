import type { Asker } from "../models/model-session.ts";
import type { Activation } from "../run/activation.ts";
import { idempotencyKeyOfCall } from "../run/idempotency-key.ts";
import type { callTool } from "./call-tool.ts";

/**
 * The caller for one of several calls of tools in a node. Its keys are those of that call: the same whenever it runs again.
 *
 * @param key - unique among the calls of the node.
 * @param asker - the agent that calls, if one does.
 */
export function keyedCaller(
  activation: Omit<Activation, "config">,
  key: string,
  asker?: Asker,
): Parameters<typeof callTool>[0] {
  const { path, attempt, runId, emit, use, run, current } = activation;
  return {
    path,
    attempt,
    runId,
    emit,
    use,
    run,
    ...(asker && { asker }),
    reserve: (what) => activation.reserve(what),
    get toolCalls() {
      return activation.toolCalls;
    },
    set toolCalls(calls) {
      activation.toolCalls = calls;
    },
    get signal() {
      return current.signal;
    },
    get idempotencyKey() {
      return idempotencyKeyOfCall(activation.idempotencyKey, key);
    },
    get callId() {
      return idempotencyKeyOfCall(activation.callId, key);
    },
  };
}
