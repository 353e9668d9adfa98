import { createHash } from "node:crypto";
import type { AnalyzedNode, CompiledField } from "@ice/core/internal";

/** How the output of a node is kept for later runs, and found again. */
export interface NodeCache {
  readonly ttlMs: number;
  /** Hash of the node as it is written. */
  readonly hash: string;
  /** Replaces the evaluated fields in what has to be equal. */
  readonly key: CompiledField | undefined;
}

export function cacheOf({ node, cacheKey: key }: AnalyzedNode): NodeCache | undefined {
  if (node.cache === undefined) return undefined;
  const hash = createHash("sha256").update(JSON.stringify(node)).digest("hex");
  return { ttlMs: node.cache.ttlSeconds * 1000, hash, key };
}
