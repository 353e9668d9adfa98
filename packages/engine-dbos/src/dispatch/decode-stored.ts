import { storeDamaged } from "@ice/core";
import type { z } from "zod";

/**
 * Reads what a worker has written about a node.
 *
 * @param what - for the error: `the outcome of a node`.
 * @throws IceError `ICE_STORE_CORRUPT` for text that no worker has written.
 */
export function decodeStored<Schema extends z.ZodType>(schema: Schema, text: string, what: string): z.output<Schema> {
  let cause: unknown;
  try {
    const { success, data, error } = schema.safeParse(JSON.parse(text));
    if (success) return data;
    cause = error;
  } catch (error) {
    cause = error;
  }
  throw storeDamaged(`${what} on another worker is malformed`, { cause });
}
