import { createHash } from "node:crypto";
import type { RunStore } from "@ice/core";
import { uniqueRunName } from "@ice/core/internal";

/**
 * Identifies the effect of a node: the same for every attempt in every process, and for no other node of any run.
 *
 * @param repeats - what repeats the effect, such as `s#2` for the second attempt of a scope around the node.
 */
export function idempotencyKeyOf(
  { id, store }: { readonly id: string; readonly store: Pick<RunStore, "tenant"> },
  path: string,
  repeats: readonly string[] = [],
): string {
  return shortHash([uniqueRunName(store.tenant, id), path, ...repeats].join("\n"));
}

/** Identifies the effect of one of several calls of a node. @param callKey - unique within the node. */
export const idempotencyKeyOfCall = (nodeKey: string, callKey: string): string => shortHash(`${nodeKey}\n${callKey}`);

const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);
