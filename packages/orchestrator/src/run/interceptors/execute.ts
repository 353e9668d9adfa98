import type { Attempt } from "./interceptor.ts";

/** The innermost interceptor: calls the executor of the node's type. A foreign thenable becomes a promise. */
export const execute: Attempt = (activation) => {
  const value = activation.node.execute(activation as never);
  if (value instanceof Promise || typeof value !== "object" || value === null || !("then" in value)) return value;
  return Promise.resolve(value);
};
