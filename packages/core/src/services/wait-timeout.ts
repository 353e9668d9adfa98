import { IceError } from "../errors/ice-error.ts";
import type { RunSummary } from "../journal/run-summary.ts";

/** The error of a caller that has waited for a run too long. */
export function waitTimeout(
  { runId, status, blocked }: Pick<RunSummary, "runId" | "status" | "blocked">,
  timeoutMs: number,
): IceError {
  const what = `The run "${runId}" is ${status} after ${timeoutMs / 1000} s`;
  if (blocked !== undefined)
    return new IceError(
      "ICE_WAIT_TIMEOUT",
      `${what}: the worker that took it last could not go on with it. ${blocked.message}`,
      {
        fix: "give the workers what it needs, or start one that has it; or cancel it",
        details: { runId, status, blocked: { ...blocked } },
      },
    );
  return new IceError("ICE_WAIT_TIMEOUT", `${what}.`, {
    fix:
      status === "queued"
        ? "start a worker, or see whether those that live provide what it requires"
        : "wait longer, or cancel it",
    details: { runId, status },
  });
}
