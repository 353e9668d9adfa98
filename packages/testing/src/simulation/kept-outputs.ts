import type { Json, OutcomeCache } from "@ice/core";
import type { StoreCall } from "./process-options.ts";

/** Outputs of nodes by their key in the cache, on a disk. */
export type KeptOutputs = Map<string, { readonly output: string; readonly expiresAt: number }>;

/** The cache of a process on a disk. @param durably - does work once it is durable. */
export const outputsOn = (
  kept: KeptOutputs,
  durably: <T>(call: Omit<StoreCall, "nth">, work: () => T) => Promise<T>,
): OutcomeCache => ({
  get: (key, now) =>
    durably({ name: "getOutput", runId: key }, () => {
      const found = kept.get(key);
      return found === undefined || found.expiresAt <= now ? undefined : (JSON.parse(found.output) as Json);
    }),
  set: (key, output, { expiresAt }) =>
    durably({ name: "keepOutput", runId: key }, () => {
      kept.set(key, { output: JSON.stringify(output), expiresAt });
    }),
});
