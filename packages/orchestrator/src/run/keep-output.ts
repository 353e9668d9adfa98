import type { Clock, Json, RunStore } from "@ice/core";
import { checkOutputLengthInTurns } from "@ice/core/internal";
import type { NodePlan } from "../plan/plan.ts";
import type { Bounds } from "./bounds.ts";
import type { OutcomeNotes } from "./outcome-notes.ts";

/** A node that has ended. */
interface EndedNode {
  readonly node: Pick<NodePlan, "cache">;
  readonly notes: OutcomeNotes | undefined;
  readonly run: {
    readonly clock: Clock;
    readonly store: Pick<RunStore, "cache">;
    readonly bounds: Pick<Bounds, "cacheEntries" | "cacheEntryBytes" | "timeSlice">;
  };
}

/** How it has ended. */
interface End {
  readonly status: string;
  readonly output?: Json;
  /** Set when its value stands for a failure. */
  readonly recovered?: unknown;
}

/** Keeps an output of a node for later runs, unless it is too long. A cache that cannot be written is none. */
export function keepOutput({ node, notes, run }: EndedNode, outcome: End): void {
  if (node.cache === undefined || notes?.cacheKey === undefined || notes.isCached === true) return;
  if (outcome.output === undefined || outcome.status !== "completed" || outcome.recovered !== undefined) return;
  const expiresAt = run.clock.now() + node.cache.ttlMs;
  keep(run, notes.cacheKey, outcome.output, expiresAt).catch(() => {});
}

/** Rejects if the output is too long. */
async function keep({ store, bounds }: EndedNode["run"], key: string, output: Json, expiresAt: number): Promise<void> {
  const { cacheEntries: limit, cacheEntryBytes: outputBytes, timeSlice } = bounds;
  const measured = checkOutputLengthInTurns(output, { outputBytes, timeSlice }, "the output of a node");
  if (measured instanceof Promise) await measured;
  await store.cache.set(key, output, { expiresAt, limit });
}
