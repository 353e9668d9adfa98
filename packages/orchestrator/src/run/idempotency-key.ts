import { createHash } from "node:crypto";
import type { RunStore } from "@ice/core";
import { uniqueRunName } from "@ice/core/internal";

/** Identifies the effect of a node: the same for every attempt in every process, and for no other node of any run. */
export function idempotencyKeyOf(
  { id, store }: { readonly id: string; readonly store: Pick<RunStore, "tenant"> },
  path: string,
): string {
  return createHash("sha256")
    .update(`${uniqueRunName(store.tenant, id)}\n${path}`)
    .digest("hex")
    .slice(0, 32);
}
