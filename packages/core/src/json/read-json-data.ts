import { shorten } from "../errors/shorten.ts";
import { finish } from "../time/steps.ts";
import { countJsonParts, maxJsonParts } from "./json-parts.ts";
import type { Json } from "./json.ts";
import { maxJsonDepth, ownParsedJson } from "./normalize-json.ts";
import { readJson } from "./read-json.ts";

/** The value of untrusted JSON, or why it cannot be kept, as the end of a sentence about it. */
export type ReadJsonData = { readonly value: Json } | { readonly problem: string; readonly cause?: unknown };

/**
 * Reads JSON of a model or a server as data that a run can keep: frozen, and without keys `__proto__`. Values that would lose
 * something are refused: numbers with more digits than a double has, or beyond its range, and values that are nested too
 * deeply.
 */
export function readJsonData(text: string): ReadJsonData {
  const { count, depth } = finish(countJsonParts(text));
  if (count > maxJsonParts) return { problem: `has more than ${maxJsonParts} lists, objects and keys` };
  if (depth > maxJsonDepth) return { problem: `nests deeper than ${maxJsonDepth} levels` };
  try {
    const { value, inexact } = readJson(text);
    if (inexact === undefined) return { value: finish(ownParsedJson(value)) };
    const place = inexact.pointer === "" ? "" : ` at ${shorten(inexact.pointer)}`;
    return { problem: `has a number${place} that would lose digits: ${shorten(inexact.source, 40)}` };
  } catch (cause) {
    return { problem: "is not JSON", cause };
  }
}
