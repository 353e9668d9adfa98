import type { Clock, Json, RunStore } from "@ice/core";
import type { NodePlan } from "../plan/plan.ts";
import type { OutcomeNotes } from "./outcome-notes.ts";

/** A node that has ended. */
interface EndedNode {
  readonly node: Pick<NodePlan, "cache">;
  readonly notes: OutcomeNotes | undefined;
  readonly run: {
    readonly clock: Clock;
    readonly store: Pick<RunStore, "cache">;
    readonly bounds: { readonly cacheEntries: number };
  };
}

/** How it has ended. */
interface End {
  readonly status: string;
  readonly output?: Json;
  /** Set when its value stands for a failure. */
  readonly recovered?: unknown;
}

/** Keeps an output of a node for later runs. A cache that cannot be written is none. */
export function keepOutput({ node, notes, run }: EndedNode, outcome: End): void {
  if (node.cache === undefined || notes?.cacheKey === undefined || notes.isCached === true) return;
  if (outcome.output === undefined || outcome.status !== "completed" || outcome.recovered !== undefined) return;
  const expiresAt = run.clock.now() + node.cache.ttlMs;
  run.store.cache.set(notes.cacheKey, outcome.output, { expiresAt, limit: run.bounds.cacheEntries }).catch(() => {});
}
