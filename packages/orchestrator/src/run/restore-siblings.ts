import type { IceError, JournalRecordOf } from "@ice/core";
import { fromErrorRecord } from "./failure.ts";
import type { SiblingStates, SiblingState } from "./sibling-states.ts";

/** What an earlier process left of a scope. */
export interface Restored {
  /** Positions of the nodes that have ended, in the order in which that was recorded. */
  readonly ended: number[];
  /** The first recorded error. */
  readonly error: IceError | undefined;
  /** Whether the scope was being cancelled. */
  readonly cancelled: boolean;
}

/** Takes recorded outcomes over into the states of the siblings: these nodes do not run again. */
export function restoreSiblings(
  siblings: SiblingStates,
  outcomes: readonly JournalRecordOf<"outcome">[],
  prefix: string,
): Restored {
  const ended: number[] = [];
  let error: IceError | undefined;
  let cancelled = false;
  for (const { path, node } of outcomes) {
    const position = siblings.plan.positions.get(path.slice(prefix.length));
    if (position === undefined) continue; // the run was resumed with another blueprint, by force
    siblings.states[position] = node.skipReason === "dependencyFailed" ? "failed" : (node.status as SiblingState);
    if (node.status === "completed") siblings.outputs[position] = node.output ?? null;
    if (node.status === "failed") error ??= fromErrorRecord(node.error!);
    cancelled ||= node.status === "cancelled";
    ended.push(position);
  }
  return { ended, error, cancelled };
}
