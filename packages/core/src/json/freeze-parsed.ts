import type { Json } from "./json.ts";

/**
 * Freezes a value that `JSON.parse` returned, and everything in it, in place. Uses no stack, however deep the value is. A frozen
 * part is assumed to be deeply frozen.
 *
 * @returns false if a key is `__proto__`, which ice never writes.
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
