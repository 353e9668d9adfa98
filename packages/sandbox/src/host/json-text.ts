import { IceError, type Json } from "@ice/core";
import { countJsonParts, finish, normalizeJson } from "@ice/core/internal";

/** Maximum number of objects, lists and keys of a value. Creating them blocks the host, for 0.1 s at worst. */
export const maxParts = 50_000;
/** The same for a request; there can be many. */
export const maxPartsOfRequest = 10_000;
/** Maximum depth of values that cross a node boundary. */
const maxDepth = 1000;

/**
 * Parses untrusted JSON. Keys `__proto__` are dropped at any depth, and lone surrogates become U+FFFD; depth and the number of
 * parts are bounded.
 *
 * @param most - maximum number of objects, lists and keys.
 * @throws IceError `ICE_SANDBOX_OUTPUT` if it has too many parts.
 * @throws Error if it is not JSON, or is nested too deeply.
 */
export function parseGuestJson(text: string, most = maxParts): Json {
  const well = text.toWellFormed();
  if (well.length > most && finish(countJsonParts(well, most)).count > most)
    throw new IceError("ICE_SANDBOX_OUTPUT", `more than ${most} objects, lists and keys.`, {
      fix: "return less, or return it as one string",
    });
  const value: unknown = JSON.parse(well);
  // Only text that contains one of these, literally or escaped, can need cleaning.
  return normalizeJson(/__proto__|\\u/.test(well) ? clean(value, 0) : value);
}

/** Works in place. A reviver of `JSON.parse` would take ten times as long as parsing. */
function clean(value: unknown, depth: number): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null || depth > maxDepth) return value;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) value[index] = clean(value[index], depth + 1);
    return value;
  }
  const record = value as Record<string, unknown>;
  if (Object.hasOwn(record, "__proto__")) delete record["__proto__"];
  for (const key of Object.keys(record)) record[key] = clean(record[key], depth + 1);
  return record;
}
