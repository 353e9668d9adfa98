import { IceError } from "../errors/ice-error.ts";
import { finish, finishInTurns, type Steps } from "../time/steps.ts";
import type { TimeSlice } from "../time/time-slice.ts";
import { jsonLengthSteps } from "./json-length.ts";
import type { Json, JsonObject } from "./json.ts";

/** How long an output may be as JSON, unless the owner of the process says otherwise: 64 MiB. */
export const defaultOutputBytes: number = 67_108_864;

/**
 * Bounds what a node, a field or a run hands over: by reference a few short steps make a value that no text can hold.
 *
 * @param outputBytes - characters of compact JSON, which are bytes for ASCII; a part that stands in several places counts each time.
 * @param what - begins the message: `the output of node`; `name` follows in quotes.
 * @returns an upper bound of the length; the exact length is measured only when that bound exceeds `outputBytes`.
 * @throws IceError `ICE_OUTPUT_LIMIT`, which is not retried.
 */
export function checkOutputLength(value: Json, outputBytes: number, what: string, name?: string): number {
  return quickBound(value, outputBytes) ?? finish(measure(value, outputBytes, what, name));
}

/** The same, as far as the time slice of this turn of the event loop goes; a promise when the rest takes later turns. */
export function checkOutputLengthInTurns(
  value: Json,
  { outputBytes, timeSlice }: { readonly outputBytes: number; readonly timeSlice: TimeSlice },
  what: string,
  name?: string,
): number | Promise<number> {
  return quickBound(value, outputBytes) ?? finishInTurns(measure(value, outputBytes, what, name), timeSlice);
}

function* measure(value: Json, outputBytes: number, what: string, name: string | undefined): Steps<number> {
  const length = yield* jsonLengthSteps(value, outputBytes);
  if (length <= outputBytes) return length;
  throw new IceError(
    "ICE_OUTPUT_LIMIT",
    `${what[0]!.toUpperCase()}${what.slice(1)}${name === undefined ? "" : ` "${name}"`} is longer than ${outputBytes} bytes as JSON; what stands in several places counts each time.`,
    {
      fix: "hand over less: keep large data in files and hand on their paths; the owner may raise `limits.outputBytes`",
      details: { outputBytes },
    },
  );
}

/** Undefined when the value may be too long, or is so large that its length is measured in pauses. */
function quickBound(value: Json, outputBytes: number): number | undefined {
  const longest = longestLength(value, Math.min(outputBytes, 1_000_000), 4);
  return longest <= outputBytes ? longest : undefined;
}

/** A character takes at most six as JSON (`\u0000`), a number 24. */
const [perCharacter, perNumber] = [6, 24];

/**
 * An upper bound of the length of a value as JSON, computed without reading the characters of its texts: nearly every output is
 * far below the limit. Infinity when the length may exceed `bound`, or when parts nest deeper than `depth`.
 */
function longestLength(value: Json, bound: number, depth: number): number {
  if (typeof value === "string") return value.length * perCharacter + 2;
  if (typeof value !== "object" || value === null) return perNumber;
  if (depth === 0) return Infinity;
  let length = 2;
  if (Array.isArray(value)) {
    for (const entry of value as readonly Json[]) {
      length += longestLength(entry, bound - length, depth - 1) + 1;
      if (length > bound) return Infinity;
    }
    return length;
  }
  for (const key in value as JsonObject) {
    length += key.length * perCharacter + 4 + longestLength((value as JsonObject)[key]!, bound - length, depth - 1);
    if (length > bound) return Infinity;
  }
  return length;
}
