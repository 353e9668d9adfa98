import type { ErrorRecord, RunSummary } from "@ice/core";
import { shorten } from "@ice/core/internal";
import { z } from "zod";

const maxMessage = 199; // and an ellipsis

/** An error as lists show it: without details, and not long. */
export const listedError = ({ code, message, path }: ErrorRecord): NonNullable<RunSummary["error"]> => ({
  code,
  message: shorten(message, maxMessage),
  ...(path !== undefined && { path }),
});

const listedErrorSchema = z.strictObject({ code: z.string(), message: z.string(), path: z.string().optional() });

/** Reads the JSON of such an error; undefined if it is none. */
export function readListedError(text: string): RunSummary["error"] {
  try {
    const { path, ...error } = listedErrorSchema.parse(JSON.parse(text));
    return { ...error, ...(path !== undefined && { path }) };
  } catch {
    return undefined;
  }
}
