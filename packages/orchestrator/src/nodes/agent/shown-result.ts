import type { Json } from "@ice/core";
import { asText } from "../../models/as-text.ts";
import type { CallResult } from "./agent-tools.ts";

/** A result as the model is shown it: one that is longer than `most` bytes as JSON is cut. */
export function shownResult(result: CallResult, most: number): Json {
  const value: Json = "error" in result ? { error: result.error } : result.result;
  const text = asText(value);
  const bytes = Buffer.byteLength(text);
  if (bytes <= most) return value;
  // An incomplete character at the end is left out.
  const begin = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.from(text).subarray(0, most), {
    stream: true,
  });
  return `${begin}… [cut, ${bytes} bytes in all]`;
}
