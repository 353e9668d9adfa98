import type { Json } from "@ice/core";
import { finishInTurns, jsonLength, type Steps, type TimeSlice } from "@ice/core/internal";
import type { CallResult } from "./agent-tools.ts";

/** Characters of JSON that are written without a pause. */
const atOnce = 4096;

/** A result as the model is shown it: one that is longer than `most` bytes as JSON is cut. */
export function shownResult(result: CallResult, most: number, slice: TimeSlice): Json | Promise<Json> {
  return finishInTurns(showing("error" in result ? { error: result.error } : result.result, most), slice);
}

function* showing(value: Json, most: number): Steps<Json> {
  let begin = "";
  let bytes = 0;
  for (const part of typeof value === "string" ? [value] : partsOf(value)) {
    if (bytes < most) begin += part;
    bytes += Buffer.byteLength(part);
    yield;
  }
  if (bytes <= most) return value;
  // An incomplete character at the end is left out.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const shown = decoder.decode(Buffer.from(begin.slice(0, most)).subarray(0, most), { stream: true });
  return `${shown}… [cut, ${bytes} bytes in all]`;
}

/** The JSON of a value in parts, because a server may answer a megabyte to each of 64 calls. */
function* partsOf(value: Json): Generator<string> {
  if (typeof value !== "object" || value === null || jsonLength(value, atOnce) <= atOnce) {
    yield JSON.stringify(value);
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, entry] of (value as readonly Json[]).entries()) {
      yield index === 0 ? "[" : ",";
      yield* partsOf(entry);
    }
    yield "]";
    return;
  }
  let before = "{";
  for (const [key, entry] of Object.entries(value)) {
    yield `${before}${JSON.stringify(key)}:`;
    yield* partsOf(entry);
    before = ",";
  }
  yield "}";
}
