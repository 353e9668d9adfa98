import type { Join } from "@ice/core";

/** The states of the dependencies of a node, counted. */
export interface Arrivals {
  /** All dependencies. */
  readonly total: number;
  /** Those that have not ended. */
  readonly open: number;
  readonly completed: number;
  /** Failed, or skipped because of a failure. */
  readonly failed: number;
}

/** What a join decides: run the node now, skip it for good, or wait for more dependencies to end. */
export type JoinDecision = "run" | "skip" | "wait";

/** The table of joins. A node without dependencies runs whatever its join. */
export function decideJoin(join: Join, { total, open, completed, failed }: Arrivals): JoinDecision {
  if (total === 0) return "run";
  const holds =
    typeof join === "object"
      ? completed >= join.atLeast
      : join === "any"
        ? completed > 0
        : open === 0 && (join === "ended" || (join === "strict" ? completed === total : failed === 0 && completed > 0));
  if (holds) return "run";
  return open === 0 ? "skip" : "wait";
}

/** Whether the join may be satisfied before every dependency has ended, so that later arrivals must not be visible. */
export const isEarlyJoin = (join: Join): boolean => join === "any" || typeof join === "object";
