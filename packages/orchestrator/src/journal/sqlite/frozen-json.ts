import type { Json } from "@ice/core";

/**
 * Freezes a value that `JSON.parse` made, and everything in it, in place. Needs no stack, however deep the value is. A frozen
 * part is taken to be frozen throughout.
 *
 * @returns false when a key is `__proto__`: it was never written by ice.
 */
export function freezeParsed(root: Json): boolean {
  const open: Json[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null || Object.isFrozen(value)) continue;
    Object.freeze(value);
    if (Object.hasOwn(value, "__proto__")) return false;
    for (const entry of Array.isArray(value) ? (value as readonly Json[]) : Object.values(value))
      if (typeof entry === "object" && entry !== null) open.push(entry);
  }
  return true;
}
