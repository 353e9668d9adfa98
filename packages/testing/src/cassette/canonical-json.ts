import { createHash } from "node:crypto";
import type { Json } from "@ice/core";

/** A value as JSON with sorted keys, so that equal values give equal texts. Values that JSON lacks are omitted, as by `JSON.stringify`. */
export function canonicalJson(value: unknown): Json {
  return sorted(JSON.parse(JSON.stringify(value) ?? "null") as Json);
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}

/** The first 32 hexadecimal digits of the SHA-256 of canonical JSON. */
export const hashOf = (canonical: Json): string =>
  createHash("sha256").update(JSON.stringify(canonical)).digest("hex").slice(0, 32);
