import { IceError } from "../errors/ice-error.ts";
import type { RunSummary } from "../journal/run-summary.ts";

/** The error of a caller that has waited for a run too long. */
export const waitTimeout = ({ runId, status }: Pick<RunSummary, "runId" | "status">, timeoutMs: number): IceError =>
  new IceError("ICE_WAIT_TIMEOUT", `The run "${runId}" is ${status} after ${timeoutMs / 1000} s.`, {
    fix:
      status === "queued"
        ? "start a worker, or see whether those that live provide what it requires"
        : "wait longer, or cancel it",
    details: { runId, status },
  });
