import { IceError } from "../errors/ice-error.ts";

// What every run store says in the same words. The command line replaces these fixes by commands.

/** Nothing is kept under the id. */
export const runNotFound = (runId: string): IceError =>
  new IceError("ICE_RUN_NOT_FOUND", `No run has the id "${runId}".`, {
    fix: "look at the runs that are kept with WorkflowExecutionService.list()",
    details: { runId },
  });

/** Ids of runs are given once. */
export const runExists = (runId: string): IceError =>
  new IceError("ICE_RUN_EXISTS", `A run with the id "${runId}" exists already.`, {
    fix: "choose another run id",
    details: { runId },
  });

/** @param why - completes the message: `another process has taken it over`. */
export const runFenced = (runId: string, epoch: number, why: string): IceError =>
  new IceError("ICE_STORE_FENCED", `Nothing can be recorded of run "${runId}": ${why}.`, {
    fix: "look at the run with WorkflowExecutionService.show()",
    details: { runId, epoch },
  });

/** @param url - the address of the store. */
export const storeClosed = (url: string): IceError =>
  new IceError("ICE_STORE_UNAVAILABLE", `The store ${url} is closed.`, { fix: "open the store again" });
