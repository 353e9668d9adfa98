import type { Allowance, ErrorRecord, IceError } from "@ice/core";

/** What few nodes have, and what decides how their outcome is recorded. */
export interface OutcomeNotes {
  /** Under which its output is kept for later runs; undefined if it is not. */
  cacheKey?: string;
  /** Why that could not be evaluated: its attempt fails with it. */
  cacheKeyError?: unknown;
  /** Whether its output is that of an earlier run. */
  isCached?: true;
  /** Id of the signal that it takes. */
  takes?: string;
  /** The error that a completed attempt has handled itself; the record of the node shows it. */
  recovered?: ErrorRecord | undefined;
  /** What its attempt on another worker may use. */
  allowance?: Allowance | undefined;
  /** The error with which it fails, although it is stopped: a failed cleanup. */
  failedClosing?: IceError;
}
