import { IceError, type PlacedOutcome } from "@ice/core";
import { z } from "zod";
import { decodeStored } from "./decode-stored.ts";

/** How a job ended, as text. `cancelled`: the owner of the run does not want it any more. */
const storedSchema = z.union([
  z.strictObject({
    output: z.unknown(),
    usage: z.record(z.string(), z.number()),
    turn: z
      .object({
        thread: z.string(),
        input: z.unknown(),
        output: z.unknown(),
        messages: z.array(z.unknown()).optional(),
      })
      .optional(),
  }),
  z.strictObject({
    error: z.looseObject({ code: z.string(), message: z.string() }),
    usage: z.record(z.string(), z.number()),
  }),
  z.strictObject({ lost: z.literal(true), left: z.literal(true).optional() }),
  z.strictObject({ cancelled: z.literal(true) }),
]);

export const [lost, left, cancelled] = [{ lost: true }, { lost: true, left: true }, { cancelled: true }].map(
  (outcome) => JSON.stringify(outcome),
) as [string, string, string];

export function encodeOutcome(outcome: PlacedOutcome): string {
  if (!("error" in outcome)) return JSON.stringify(outcome);
  const { code, message, fix, path, retryable, retryAfterMs, details } = outcome.error;
  const error = { code, message, fix, path, retryable, retryAfterMs, details: plain(details) };
  return JSON.stringify({ error, usage: outcome.usage });
}

/** @throws IceError `ICE_STORE_CORRUPT` for text that no worker has written. */
export function decodeOutcome(text: string): PlacedOutcome {
  const data = decodeStored(storedSchema, text, "the outcome of a node");
  if ("cancelled" in data) return { error: new IceError("ICE_RUN_CANCELLED", "The node was cancelled."), usage: {} };
  if (!("error" in data)) return data as PlacedOutcome;
  const { code, message, ...options } = data.error;
  return { error: new IceError(code, message, options), usage: data.usage };
}

/** Details are for programs, and need not be JSON. */
function plain(details: Readonly<Record<string, unknown>>): unknown {
  try {
    return JSON.parse(JSON.stringify(details)) as unknown;
  } catch {
    return undefined;
  }
}
