import type { Clock, Json, RunStore } from "@ice/core";
import type { NodePlan } from "../plan/plan.ts";

/** A node that has ended. */
interface EndedNode {
  readonly node: Pick<NodePlan, "cache">;
  readonly cacheKey: string | undefined;
  readonly isCached: boolean;
  readonly run: {
    readonly clock: Clock;
    readonly store: Pick<RunStore, "cache">;
    readonly bounds: { readonly cacheEntries: number };
  };
}

/** Keeps an output of a node for later runs. A cache that cannot be written is none. */
export function keepOutput({ node, cacheKey, isCached, run }: EndedNode, output: Json): void {
  if (node.cache === undefined || cacheKey === undefined || isCached) return;
  const expiresAt = run.clock.now() + node.cache.ttlMs;
  run.store.cache.set(cacheKey, output, { expiresAt, limit: run.bounds.cacheEntries }).catch(() => {});
}
