import type { RunSummary } from "../journal/run-summary.ts";
import { shorten } from "../errors/shorten.ts";
import type { ErrorRecord } from "../result/result.ts";
import { z } from "zod";

const maxMessage = 199; // and an ellipsis

type ListedError = NonNullable<RunSummary["error"]>;

/** An error as lists show it: without details, and not long. */
export function listedError({ code, message, path }: ErrorRecord): ListedError {
  const error = { code, message: shorten(message, maxMessage) };
  return path === undefined ? error : { ...error, path };
}

const listedErrorSchema = z.strictObject({ code: z.string(), message: z.string(), path: z.string().optional() });

/** Reads the JSON of such an error; undefined if it is none. */
export function readListedError(text: string): ListedError | undefined {
  try {
    const { path, ...error } = listedErrorSchema.parse(JSON.parse(text));
    return path === undefined ? error : { ...error, path };
  } catch {
    return undefined;
  }
}
