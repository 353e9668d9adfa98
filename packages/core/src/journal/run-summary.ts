import type { ErrorRecord, ObservedStatus } from "../result/result.ts";

/** Whether the nodes of a run are those of a workflow, or the workflows of a network. */
export type RunKind = "workflow" | "network";

/** The node of a run that started another run. */
export interface RunStarter {
  readonly runId: string;
  /** Path of the node. */
  readonly path: string;
}

/** An entry of a list of runs. Times are epoch milliseconds. */
export interface RunSummary {
  readonly runId: string;
  readonly workflow: string;
  readonly version: string;
  readonly kind: RunKind;
  /** Present if another run started it. */
  readonly startedBy?: RunStarter;
  readonly status: ObservedStatus;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly endedAt?: number;
  /** Of a suspended run: the earliest time at which something in it goes on without a signal or an answer. */
  readonly resumeAt?: number;
  /** How many nodes have ended so far, also those that were skipped. Absent for runs of an older ice. */
  readonly nodes?: number;
  /** Why it failed or was cancelled, with a message of at most 200 characters. Absent for runs of an older ice. */
  readonly error?: Pick<ErrorRecord, "code" | "message" | "path">;
  /** Why the worker that took it last could not go on with it, for example without one of its tools. It is offered to others. */
  readonly blocked?: Pick<ErrorRecord, "code" | "message">;
  /** Who started it, if that is known. */
  readonly createdBy?: string;
  /** SHA-256 of the request that started it, if that may be repeated; see `RunOptions.requestHash`. */
  readonly requestHash?: string;
  /** Present if a host continues it; see `Hosting`. */
  readonly hosted?: true;
}
