import type { Json, JsonObject } from "./json.ts";

/** Freezes a JSON value and everything in it, in place. A frozen part is assumed to be deeply frozen. */
export function deepFreeze<T extends Json>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) for (const entry of value as readonly Json[]) deepFreeze(entry);
  else freezeFields(value as JsonObject);
  return value;
}

/** Does not list the keys, which would double the cost: a journal in memory freezes a record per node. */
function freezeFields(record: JsonObject): void {
  for (const key in record) deepFreeze(record[key]!);
}
