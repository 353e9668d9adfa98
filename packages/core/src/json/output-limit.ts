import { IceError } from "../errors/ice-error.ts";
import { jsonLength } from "./json-length.ts";
import type { Json } from "./json.ts";

/** How long an output may be as JSON, unless the owner of the process says otherwise: 64 MiB. */
export const defaultOutputBytes: number = 67_108_864;

/**
 * Bounds what a node, a field or a run hands over: by reference a few short steps make a value that no text can hold.
 *
 * @param outputBytes - characters of compact JSON, which are bytes for ASCII; a part that stands in several places counts each time.
 * @param what - names the value in the message: `the output of node "a"`.
 * @throws IceError `ICE_OUTPUT_LIMIT`, which is not retried.
 */
export function checkOutputLength(value: Json, outputBytes: number, what: string): void {
  if (typeof value === "object" ? value === null : typeof value !== "string" || value.length * 6 < outputBytes) return;
  if (jsonLength(value, outputBytes) <= outputBytes) return;
  throw new IceError(
    "ICE_OUTPUT_LIMIT",
    `${what[0]!.toUpperCase()}${what.slice(1)} is longer than ${outputBytes} bytes as JSON; what stands in several places counts each time.`,
    {
      fix: "hand over less: keep large data in files and hand on their paths; the owner may raise `limits.outputBytes`",
      details: { outputBytes },
    },
  );
}
