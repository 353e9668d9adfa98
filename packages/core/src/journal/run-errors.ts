import { IceError } from "../errors/ice-error.ts";
import type { JsonObject } from "../json/json.ts";

// Errors of all run stores. The command line replaces these fixes by commands.

/** The error for an unknown run id. */
export const runNotFound = (runId: string): IceError =>
  new IceError("ICE_RUN_NOT_FOUND", `No run has the id "${runId}".`, {
    fix: "list the stored runs with WorkflowExecutionService.list()",
    details: { runId },
  });

/** The error for a run id that is taken. */
export const runExists = (runId: string): IceError =>
  new IceError("ICE_RUN_EXISTS", `A run with the id "${runId}" already exists.`, {
    fix: "choose another run id",
    details: { runId },
  });

/** The error for work on a run that has ended. @param why - follows the status: `it takes no more signals`. */
export const runEnded = (runId: string, status: string, why: string): IceError =>
  new IceError("ICE_RUN_ENDED", `The run "${runId}" has ended (${status}): ${why}.`, {
    fix: "see its result with WorkflowExecutionService.show()",
    retryable: false,
    details: { runId, status },
  });

/** The error for a record of an earlier epoch. @param why - completes the message: `another process has taken it over`. */
export const runFenced = (runId: string, epoch: number, why: string): IceError =>
  new IceError("ICE_STORE_FENCED", `Nothing can be recorded for run "${runId}": ${why}.`, {
    fix: "look at the run with WorkflowExecutionService.show()",
    details: { runId, epoch },
  });

/** The error for a run that has another owner. @param owner - the process that owns the run. Default: this process. */
export const runOwned = (
  runId: string,
  owner?: { readonly pid: number | null; readonly host: string | null },
): IceError =>
  new IceError(
    "ICE_STORE_OWNED",
    `The run "${runId}" is in progress in ${owner === undefined ? "this process" : `process ${owner.pid} on ${owner.host}`}.`,
    {
      fix: `wait until it ends or suspends${owner === undefined ? "" : ", or end that process"}`,
      details: { runId, ...(owner !== undefined && { pid: owner.pid }) },
    },
  );

/** Owners in a row that may die without the end of any node: it is the run that they die of. */
export const maxLostOwners = 5;

/** The error for a run that has taken too many owners along. @param times - how many. */
export const ownersLost = (runId: string, times: number): IceError =>
  new IceError("ICE_WORKER_LOST", `${times} workers in a row have died while they executed the run "${runId}".`, {
    fix: "look at the logs of the workers: the run may need more memory than they have, or end their process",
  });

/** The error for damaged data. @param what - begins with a noun: `record 3 of run "a" has a wrong checksum`. */
export const storeDamaged = (
  what: string,
  { store, cause, details }: { readonly store?: string; readonly cause?: unknown; readonly details?: JsonObject } = {},
): IceError =>
  new IceError("ICE_STORE_CORRUPT", `The store${store === undefined ? "" : ` ${store}`} is damaged: ${what}.`, {
    fix: "restore a backup of the store, or start the run again under another id",
    details,
    cause,
  });

/**
 * The error for damaged data in the store at a path or an address.
 *
 * @param what - see `storeDamaged`.
 */
export function damaged(path: string, what: string, cause?: unknown): IceError {
  return storeDamaged(what, { store: path, cause, details: { path } });
}

/**
 * The error for an unsupported version.
 *
 * @param what - begins with a noun.
 * @param reads - `version 1`.
 */
export function wrongVersion(
  path: string,
  { what, version, reads }: { readonly what: string; readonly version: number; readonly reads: string },
): IceError {
  return new IceError("ICE_STORE_VERSION", `${what} has version ${version}; this version of ice reads ${reads}.`, {
    fix: "use the version of ice that wrote it, or a newer one",
    details: { path, version },
  });
}

/** The error for calls of a closed store. @param url - the address of the store. */
export const storeClosed = (url: string): IceError =>
  new IceError("ICE_STORE_UNAVAILABLE", `The store ${url} is closed.`, { fix: "open the store again" });
