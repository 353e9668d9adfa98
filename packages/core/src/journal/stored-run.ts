import type { JsonObject } from "../json/json.ts";
import type { ObservedStatus } from "../result/result.ts";
import type { JournalRecord } from "./journal-record.ts";
import type { RunKind, RunStarter } from "./run-summary.ts";
import type { Signal } from "./signal.ts";

/** A blueprint with all its sub-workflows: everything that a resume needs, without files. */
export interface RunDocument {
  /** SHA-256 of `data` as canonical JSON. */
  readonly hash: string;
  readonly data: JsonObject;
}

/** The head of a run: everything that is known when it starts. */
export interface NewRun {
  readonly runId: string;
  /** Default: the tenant of the store, which is the only one that it may name. */
  readonly tenant?: string | undefined;
  readonly workflow: string;
  readonly version: string;
  readonly kind: RunKind;
  /** Present if another run starts it, as for a workflow of a network. */
  readonly startedBy?: RunStarter;
  readonly startedAt: number;
  readonly document: RunDocument;
  readonly inputs: JsonObject;
  /** Options of the caller that override the blueprint: `maxConcurrency`, `timeoutSeconds`. */
  readonly options: JsonObject;
  /** Who starts it, in at most 200 characters. */
  readonly createdBy?: string;
  /** See `RunOptions.requestHash`. */
  readonly requestHash?: string;
  /** Whether a host continues it; see `Hosting`. Default: it does not. */
  readonly hosted?: true;
}

/** A stored run. */
export interface StoredRun extends NewRun {
  readonly tenant: string;
  readonly status: ObservedStatus;
  readonly updatedAt: number;
  /** Owners in a row that have died while no node of the run ended. Absent: none. */
  readonly lostOwners?: number;
  /** In the order in which they were appended. */
  readonly records: readonly JournalRecord[];
  readonly signals: readonly Signal[];
}
