import type { IceError } from "../errors/ice-error.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";
import type { ObservedStatus } from "../result/result.ts";
import type { JournalRecord } from "./journal-record.ts";

/** What the nodes of a run are: those of a workflow, or the workflows of a network. */
export type RunKind = "workflow" | "network";

/** The node of a run that started another run. */
export interface RunStarter {
  readonly runId: string;
  /** Path of the node. */
  readonly path: string;
}

/** A run in a list. Times are epoch milliseconds. */
export interface RunSummary {
  readonly runId: string;
  readonly workflow: string;
  readonly version: string;
  readonly kind: RunKind;
  /** Only of a run that another run started. */
  readonly startedBy?: RunStarter;
  readonly status: ObservedStatus;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly endedAt?: number;
}

/** A blueprint with every sub-workflow it reaches: what a run needs to be continued without any file. */
export interface RunDocument {
  /** SHA-256 of `data` as canonical JSON. */
  readonly hash: string;
  readonly data: JsonObject;
}

/** The head of a run: everything that is known when it starts. */
export interface NewRun {
  readonly runId: string;
  readonly workflow: string;
  readonly version: string;
  readonly kind: RunKind;
  /** Only of a run that another run starts, such as a workflow of a network. */
  readonly startedBy?: RunStarter;
  readonly startedAt: number;
  readonly document: RunDocument;
  readonly inputs: JsonObject;
  /** What the caller overrode: `maxConcurrency`, `timeoutSeconds`. */
  readonly options: JsonObject;
}

/** A message to a run from outside: an answer, or that a deadline has passed. The first signal with an id counts. */
export interface Signal {
  /** Unique in a run; the same id has one effect. */
  readonly id: string;
  /** Path of the node it is for. It may arrive before that node waits. */
  readonly path: string;
  readonly value: Json;
  /** Who sent it; null when that is not known. */
  readonly by: string | null;
  readonly at: number;
}

/** What the store did with a signal. */
export interface SignalReceipt {
  /** Whether the given signal was recorded: none with its id came before. */
  readonly recorded: boolean;
  /** The signal that has the id: the given one, or the one that came first. */
  readonly signal: Signal;
}

/** Everything that is kept of a run. */
export interface StoredRun extends NewRun {
  readonly status: ObservedStatus;
  readonly updatedAt: number;
  /** In the order in which they were appended. */
  readonly records: readonly JournalRecord[];
  readonly signals: readonly Signal[];
}

/** How the store reaches the process that owns a run. Called at any time while it owns the run, never after. */
export interface RunOwner {
  onSignal(signal: Signal): void;
  onCancel(reason: string): void;
  /** The run belongs to another owner now, or can no longer be recorded: nothing that is appended is kept. */
  onLost(error: IceError): void;
}

/** A run that this process owns. Ownership ends with a record `suspended` or `ended`, with a rejected append, by being fenced, or by `close`. */
export interface RunJournal {
  readonly runId: string;
  /** Grows by one with each owner, from 1. */
  readonly epoch: number;
  /**
   * Appends a record. Records of one run become durable in the order of their appending, with no gap: after a rejection
   * nothing that is appended is kept, and the ownership has ended.
   *
   * @param record - is not changed any more. A store in memory may keep it as it is, and freezes it before it returns it.
   * @returns undefined when it is durable already, else a promise; it rejects with an IceError `ICE_STORE_*`.
   */
  append(record: JournalRecord): Promise<void> | undefined;
}

/** Which runs `list` returns. */
export interface ListQuery {
  readonly status?: ObservedStatus | undefined;
  readonly workflow?: string | undefined;
  /** Most runs, the newest first. Default 100, at most 10,000; none below 1. */
  readonly limit?: number | undefined;
}

/** Which runs `collect` deletes. */
export interface CollectOptions {
  /** Ended runs are deleted when they ended before this, in epoch milliseconds. */
  readonly endedBefore: number;
  /** Suspended and interrupted runs too, when they were last touched before this. Default: they stay. */
  readonly idleBefore?: number | undefined;
}

/**
 * Keeps runs. Every record is durable before its promise resolves, and only the owner of the current epoch can append.
 * Implementations pass `describeRunStore` of `@ice/testing`.
 */
export interface RunStore {
  /** `memory:`, `sqlite:.ice/ice.db`: for people. */
  readonly url: string;
  /** Whether runs outlive the process. */
  readonly durable: boolean;
  /** @throws IceError `ICE_RUN_EXISTS`, `ICE_STORE_*`. */
  create(run: NewRun, owner: RunOwner): Promise<RunJournal>;
  /**
   * Takes a run over, in a new epoch, unless a living process owns it.
   *
   * @param known - the run as it was read a moment ago: a store may give its records back when none came since.
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_OWNED`, `ICE_STORE_*`.
   */
  open(
    runId: string,
    owner: RunOwner,
    known?: StoredRun,
  ): Promise<{ readonly journal: RunJournal; readonly run: StoredRun }>;
  /** Reads without owning. @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_*`. */
  read(runId: string): Promise<StoredRun>;
  /** A run as a list shows it, without reading what was recorded of it. @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_*`. */
  summary(runId: string): Promise<RunSummary>;
  /** The newest first. */
  list(query?: ListQuery): Promise<readonly RunSummary[]>;
  /**
   * Records a signal, from any process, unless one with its id is there. The run has been touched then.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_*`.
   */
  signal(runId: string, signal: Signal): Promise<SignalReceipt>;
  /**
   * Tells the living owner to cancel, once, with the first reason. When it gives the run up without having done it, the next owner
   * is told.
   *
   * @returns false when no living process owns the run.
   */
  requestCancel(runId: string, reason: string): Promise<boolean>;
  /** Deletes old runs, and the values that no run needs any more. Returns how many. */
  collect(options: CollectOptions): Promise<{ readonly runs: number; readonly blobs: number }>;
  /** A random secret of this store, the same for every process that uses it: what tokens are signed with. */
  secret(): Promise<string>;
  /** Writes what was appended and gives up what is owned. Calling it twice is harmless; everything else is refused afterwards. */
  close(): Promise<void>;
}

export const RunStore: ServiceKey<RunStore> = serviceKey("runStore");
