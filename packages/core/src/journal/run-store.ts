import type { IceError } from "../errors/ice-error.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";
import type { ObservedStatus } from "../result/result.ts";
import type { BlueprintStore } from "./blueprint-store.ts";
import type { ConversationStore } from "./conversation-store.ts";
import type { Hosting } from "./hosting.ts";
import type { JournalRecord } from "./journal-record.ts";
import type { JournalTail } from "./journal-tail.ts";
import type { RequestPage, RequestQuery } from "./open-request.ts";
import type { OutcomeCache } from "./outcome-cache.ts";
import type { Position } from "./position.ts";
import type { RunDispatcher } from "./run-dispatcher.ts";
import type { PageQuery, RunPage } from "./run-page.ts";
import type { RunSummary } from "./run-summary.ts";
import type { Signal, SignalReceipt } from "./signal.ts";
import type { ScheduleStore } from "./schedule-store.ts";
import type { NewRun, StoredRun } from "./stored-run.ts";
import type { TokenStore } from "./token-store.ts";

/** Notifies the process that owns a run. Called at any time while it owns the run, never after. */
export interface RunOwner {
  onSignal(signal: Signal): void;
  onCancel(reason: string): void;
  /** The run has another owner now, or can no longer be recorded: further records are refused. */
  onLost(error: IceError): void;
}

/**
 * A run that this process owns. Ownership ends with a record `suspended` or `ended`, with a rejected append, with another owner's
 * epoch, or with `close`.
 */
export interface RunJournal {
  readonly runId: string;
  /** Number of the ownership, from 1; increases by one with each owner. */
  readonly epoch: number;
  /**
   * Appends a record. Records of one run become durable in the order in which they are appended, without gaps: after a rejection,
   * ownership has ended and further records are refused.
   *
   * @param record - must not be changed afterwards. A store in memory may keep it, and freezes it before returning it.
   * @returns undefined if it is durable already, otherwise a promise; it rejects with an IceError `ICE_STORE_*`.
   */
  append(record: JournalRecord): Promise<void> | undefined;
  /**
   * Ends ownership although nothing was recorded: the process does no more for the run, because something else that it needs of the store
   * failed. Soon others can open it. No effect once ownership has ended. Absent: they can when the process has ended.
   *
   * @param error - why.
   */
  onOwnershipLost?(error: IceError): void;
}

/** Selects the runs of `list`. */
export interface ListQuery {
  readonly status?: ObservedStatus | undefined;
  readonly workflow?: string | undefined;
  /** Only suspended runs that no process owns, and whose `resumeAt` is not after this time, in epoch milliseconds; the earliest first. */
  readonly dueBy?: number | undefined;
  /** Maximum number of runs; the first of the list are returned. Default 100, at most 10,000; below 1 returns none. */
  readonly limit?: number | undefined;
}

/** Selects the runs that `collect` deletes. */
export interface CollectOptions {
  /** Deletes ended runs that ended before this time, in epoch milliseconds. */
  readonly endedBefore: number;
  /**
   * Also deletes suspended and interrupted runs that were last changed before this time, unless they wait in a queue, or for a time that
   * is not before it. Default: they are kept.
   */
  readonly idleBefore?: number | undefined;
}

/**
 * Stores the runs of one tenant: those of others do not exist for it, and their ids may be the same. Every record is durable before
 * its promise resolves, and only the owner of the current epoch can append. Implementations must pass `describeRunStore` of
 * `@ice/testing`.
 */
export interface RunStore {
  /** Address for people: `memory:`, `sqlite:.ice/ice.db`. */
  readonly url: string;
  /** The tenant whose runs these are; of a store that was opened by its address `default`. */
  readonly tenant: string;
  /** Whether runs outlive the process. */
  readonly durable: boolean;
  /**
   * The runs of a tenant in the same place, this store itself for its own tenant. Stores of several tenants are open together:
   * closing one closes them all.
   *
   * @param tenant - 1 to 63 of `a`-`z`, `0`-`9` and `-`, starting with a letter or digit.
   * @throws IceError `ICE_USAGE` for another name.
   */
  forTenant(tenant: string): RunStore;
  /** @throws IceError `ICE_RUN_EXISTS`, `ICE_USAGE` (a run of another tenant), `ICE_STORE_*`. */
  create(run: NewRun, owner: RunOwner): Promise<RunJournal>;
  /**
   * Takes over a run, in a new epoch, unless a running process owns it or it has ended, perhaps since the caller has read it.
   *
   * @param known - the run as the caller has just read it: a store may return its records if no further ones were appended.
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_OWNED`, `ICE_RUN_ENDED`, `ICE_STORE_*`.
   */
  open(
    runId: string,
    owner: RunOwner,
    known?: StoredRun,
  ): Promise<{ readonly journal: RunJournal; readonly run: StoredRun }>;
  /** Reads a run without owning it. @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_*`. */
  read(runId: string): Promise<StoredRun>;
  /** Returns the list entry of a run, without reading its records. @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_*`. */
  summary(runId: string): Promise<RunSummary>;
  /** Lists runs, the newest first; those that are due by a time, the earliest first. */
  list(query?: ListQuery): Promise<readonly RunSummary[]>;
  /** A page of runs, the newest first. Runs that start meanwhile are on no later page. */
  page(query?: PageQuery): Promise<RunPage>;
  /**
   * A page of the open requests to people, the oldest first, without reading the runs. A request is open until it is answered, its node
   * has ended, a container around it has, or its run.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND` (with `runId`), `ICE_STORE_*`.
   */
  requests(query?: RequestQuery): Promise<RequestPage>;
  /**
   * The entries of a journal after a position, without owning the run. Records have the order in which they were appended; a signal
   * comes after the records that the run had when it was recorded.
   *
   * @param limit - at least 1; at most and by default 500.
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_POSITION_INVALID` (beyond the journal), `ICE_STORE_*`.
   */
  readAfter(runId: string, after: Position, limit?: number): Promise<JournalTail>;
  /**
   * Calls a listener when the journal of a run may have more entries, whichever process has written them, until the returned function is
   * called. Calls may be joined and may be needless, but none is missing. The run need not exist. While anyone watches, the process
   * looks for changes of other processes.
   */
  watch(runId: string, listener: () => void): () => void;
  /**
   * Records a signal, from any process, unless there is one with its id. This counts as a change of the run.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_*`.
   */
  signal(runId: string, signal: Signal): Promise<SignalReceipt>;
  /**
   * The signals of a run, in the order of recording. If this store owns the run, its owner is notified of a request to cancel before
   * the promise resolves, so a process that looks for signals before it suspends a run misses neither.
   *
   * @param from - how many of the first to leave out, because they are known. Default 0.
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_*`.
   */
  signals(runId: string, from?: number): Promise<readonly Signal[]>;
  /**
   * Asks the owner of the run to cancel it, once, with the first reason. The request is durable before the promise resolves. If the owner
   * releases the run without doing so, it is not suspended but interrupted, and the next owner is asked.
   *
   * @returns false if no running process owns the run.
   */
  requestCancel(runId: string, reason: string): Promise<boolean>;
  /** Deletes old runs of the tenant, values without references, and cached outputs that have expired. Returns how many runs and values. */
  collect(options: CollectOptions): Promise<{ readonly runs: number; readonly blobs: number }>;
  /** The conversations of the tenant, which outlive its runs. */
  readonly conversations: ConversationStore;
  /** Outputs of nodes that later runs of the tenant use again. */
  readonly cache: OutcomeCache;
  /** Blueprints of the tenant. */
  readonly blueprints: BlueprintStore;
  /** Access tokens of all tenants. */
  readonly tokens: TokenStore;
  /** What is kept of the schedules of the tenant. */
  readonly schedules: ScheduleStore;
  /** Runs that a host continues, of all tenants. */
  readonly hosting: Hosting;
  /** Hands runs of the tenant to workers. Absent: the store belongs to one machine, and has no workers. */
  readonly dispatcher?: RunDispatcher | undefined;
  /** A random secret of the tenant, the same for every process that uses the store; used to sign tokens. */
  secret(): Promise<string>;
  /** Writes pending records and releases all runs. Further calls have no effect; all other methods then fail. */
  close(): Promise<void>;
}

export const RunStore: ServiceKey<RunStore> = serviceKey("runStore");
