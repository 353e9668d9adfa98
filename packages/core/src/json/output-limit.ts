import { IceError } from "../errors/ice-error.ts";
import { finish, finishInTurns, type Steps } from "../time/steps.ts";
import type { TimeSlice } from "../time/time-slice.ts";
import { jsonLengthSteps } from "./json-length.ts";
import type { Json, JsonObject } from "./json.ts";

/** Maximum length of an output as JSON, unless the process owner sets another one: 64 MiB. */
export const defaultOutputBytes: number = 67_108_864;

/**
 * Bounds the output of a node, a field or a run: through shared references, a few short steps build a value that is too long for any text.
 *
 * @param outputBytes - characters of compact JSON, which are bytes for ASCII; a part that occurs in several places counts each time.
 * @param what - begins the message: `the output of node`; `name` follows in quotes.
 * @returns an upper bound of the length; the exact length is measured only when that bound exceeds `outputBytes`.
 * @throws IceError `ICE_OUTPUT_LIMIT`, which is not retried.
 */
export function checkOutputLength(value: Json, outputBytes: number, what: string, name?: string): number {
  return quickBound(value, outputBytes) ?? finish(measure(value, outputBytes, what, name));
}

/** The same, within the time slice of this turn of the event loop; a promise if later turns are needed. */
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
    `${what[0]!.toUpperCase()}${what.slice(1)}${name === undefined ? "" : ` "${name}"`} is longer than ${outputBytes} bytes as JSON; a value that occurs several times counts each time.`,
    {
      fix: "return less: keep large data in files and pass their paths; the process owner can raise `limits.outputBytes`",
      details: { outputBytes },
    },
  );
}

/** Undefined if the value may be too long, or is so large that its length is measured with pauses. */
function quickBound(value: Json, outputBytes: number): number | undefined {
  const longest = longestLength(value, Math.min(outputBytes, 1_000_000), 4);
  return longest <= outputBytes ? longest : undefined;
}

/** A character takes at most six as JSON (`\u0000`), a number 24. */
const [perCharacter, perNumber] = [6, 24];

/**
 * An upper bound of the length of a value as JSON, computed without reading the characters of its strings: nearly every output is
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
