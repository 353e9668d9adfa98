import { IceError } from "@ice/core";
import type { Interceptor } from "./interceptor.ts";

/** Ends an attempt after `timeoutSeconds`: its signal is aborted, its children are cancelled, a late result is dropped. */
export const timeout: Interceptor = (node, next) => {
  const { timeoutMs } = node;
  if (timeoutMs === undefined) return next;
  return (activation) => {
    const value = next(activation);
    if (!(value instanceof Promise)) return value;
    return new Promise((resolve, reject) => {
      const cancelTimer = activation.run.setTimer(timeoutMs, () => {
        const error = new IceError("ICE_NODE_TIMEOUT", `Node "${node.id}" took longer than ${timeoutMs / 1000} s.`, {
          fix: "raise `timeoutSeconds`, or give the node a `retryPolicy`",
          retryable: true,
          details: { timeoutSeconds: timeoutMs / 1000 },
        });
        activation.abortAttempt(error);
        reject(error);
      });
      activation.onAbort(cancelTimer);
      value.then(resolve, reject).finally(cancelTimer);
    });
  };
};
