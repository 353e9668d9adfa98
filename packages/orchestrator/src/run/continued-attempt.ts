import type { AttemptState } from "../history/history.ts";

/** Where a node continues in this process. */
interface ContinuedAttempt {
  readonly attempt: number;
  /** Set if an earlier process released the run while the node was waiting for this attempt. Epoch milliseconds. */
  readonly backOff?: { readonly from: number; readonly until: number };
}

/**
 * Continues an earlier process. An attempt that was started and has not ended counts, except for nodes that are resumed, and for
 * attempts that another worker executes: they outlive that process.
 */
export function continuedAttempt({ started, failed }: AttemptState, resumable: boolean): ContinuedAttempt {
  const startedAttempt = started?.attempt ?? 0;
  const failedAttempt = failed?.attempt ?? 0;
  const goesOn = resumable || started?.place !== undefined;
  const attempt = goesOn ? Math.max(startedAttempt, failedAttempt + 1) : Math.max(startedAttempt, failedAttempt) + 1;
  if (failed === undefined || failedAttempt < startedAttempt) return { attempt };
  return { attempt, backOff: { from: failed.at, until: failed.retryAt } };
}
