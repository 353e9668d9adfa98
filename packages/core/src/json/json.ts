/** A JSON value. Every value that crosses a node boundary is one. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object: string keys, JSON values, nothing else. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** True for a plain object (prototype `Object.prototype` or null); false for arrays, class instances and null. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
