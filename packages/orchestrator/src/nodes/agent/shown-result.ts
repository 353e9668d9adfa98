import type { Json } from "@ice/core";
import type { CallResult } from "./agent-tools.ts";

/** A result as the model is shown it: one that is longer than `most` bytes as JSON is cut. */
export function shownResult(result: CallResult, most: number): Json {
  const value: Json = "error" in result ? { error: result.error } : result.result;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  if (bytes <= most) return value;
  // Half a character at the end is left out.
  const begin = Buffer.from(text)
    .subarray(0, most)
    .toString()
    .replace(/\uFFFD+$/, "");
  return `${begin}… [cut, ${bytes} bytes in all]`;
}
