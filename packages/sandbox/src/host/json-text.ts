import { normalizeJson, type Json } from "@ice/core";

/**
 * A value from JSON text that a stranger wrote: the key `__proto__` is dropped wherever it stands, depth is bounded.
 *
 * @throws Error when it is not JSON, or nests too deep.
 */
export function parseGuestJson(text: string): Json {
  const well = text.toWellFormed();
  // A reviver costs ten times the parse, so it runs only where the key can stand, written plainly or with escapes.
  const value: unknown = /__proto__|\\u/.test(well) ? JSON.parse(well, dropPrototype) : JSON.parse(well);
  return normalizeJson(value);
}

function dropPrototype(key: string, value: unknown): unknown {
  return key === "__proto__" ? undefined : value;
}
