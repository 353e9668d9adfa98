import { normalizeJson, type Json } from "@ice/core";

/**
 * A value from JSON text that a stranger wrote: the key `__proto__` is dropped wherever it stands, half a surrogate pair becomes
 * U+FFFD, depth is bounded.
 *
 * @throws Error when it is not JSON, or nests too deep.
 */
export function parseGuestJson(text: string): Json {
  const well = text.toWellFormed();
  // A reviver costs ten times the parse, so it runs only where it can find something, written plainly or with escapes.
  const value: unknown = /__proto__|\\u/.test(well) ? JSON.parse(well, clean) : JSON.parse(well);
  return normalizeJson(value);
}

function clean(key: string, value: unknown): unknown {
  if (key === "__proto__") return undefined;
  return typeof value === "string" ? value.toWellFormed() : value;
}
