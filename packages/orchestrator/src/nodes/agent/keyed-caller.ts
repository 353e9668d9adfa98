import type { Asker } from "../../models/model-session.ts";
import type { Activation } from "../../run/activation.ts";
import { idempotencyKeyOfCall } from "../../run/idempotency-key.ts";
import type { callTool } from "../call-tool.ts";

/** A caller of tools on behalf of an agent of a node, whose idempotency key is that of one call: the same whenever the call runs again. */
export function keyedCaller(
  activation: Omit<Activation, "config">,
  asker: Asker,
  key: string,
): Parameters<typeof callTool>[0] {
  const { path, attempt, runId, emit, use, run, current } = activation;
  return {
    path,
    attempt,
    runId,
    emit,
    use,
    run,
    asker,
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
