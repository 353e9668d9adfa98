import type { Json } from "./json.ts";

/** Freezes a JSON value and everything in it, in place. A frozen part is taken to be frozen throughout. */
export function deepFreeze<T extends Json>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const entry of Object.values(value as object)) deepFreeze(entry as Json);
  return value;
}
