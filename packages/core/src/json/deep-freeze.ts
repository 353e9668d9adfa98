import type { Json, JsonObject } from "./json.ts";

/** Freezes a JSON value and everything in it, in place. A frozen part is taken to be frozen throughout. */
export function deepFreeze<T extends Json>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) for (const entry of value as readonly Json[]) deepFreeze(entry);
  else freezeFields(value as JsonObject);
  return value;
}

/** Without a list of the fields, which would cost as much as the rest: a journal in memory freezes a record per node. */
function freezeFields(record: JsonObject): void {
  for (const key in record) deepFreeze(record[key]!);
}
