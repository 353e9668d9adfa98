import { IceError, type Json } from "@ice/core";
import { countJsonParts, finish, normalizeJson } from "@ice/core/internal";

/** Objects, lists and keys of a value. While they are made the host does nothing else: 0.1 s at worst. */
export const maxParts = 50_000;
/** Of a request, of which there can be many. */
export const maxPartsOfRequest = 10_000;
/** As deep as values may be that cross a node boundary. */
const maxDepth = 1000;

/**
 * A value from untrusted JSON text: the key `__proto__` is dropped wherever it stands, half a surrogate pair becomes
 * U+FFFD; depth and the number of parts are bounded.
 *
 * @param most - objects, lists and keys that it may have.
 * @throws IceError `ICE_SANDBOX_OUTPUT` when it has too many parts.
 * @throws Error when it is not JSON, or nests too deep.
 */
export function parseGuestJson(text: string, most = maxParts): Json {
  const well = text.toWellFormed();
  if (well.length > most && finish(countJsonParts(well, most)).count > most)
    throw new IceError("ICE_SANDBOX_OUTPUT", `more than ${most} objects, lists and keys.`, {
      fix: "return less, or return it as one string",
    });
  const value: unknown = JSON.parse(well);
  // What has to be cleaned can only be there when the text has one of these, plainly or with escapes.
  return normalizeJson(/__proto__|\\u/.test(well) ? clean(value, 0) : value);
}

/** In place. A reviver of `JSON.parse` does the same and takes ten times as long as parsing. */
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
