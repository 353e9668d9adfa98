import type { QueuedRun } from "../journal/run-dispatcher.ts";
import type { PageQuery, RunCounts } from "../journal/run-page.ts";
import type { ListQuery } from "../journal/run-store.ts";
import type { RunSummary } from "../journal/run-summary.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";
import type { RunResult } from "../result/result.ts";
import type { RunOptions } from "./run-options.ts";
import type { WorkflowHandle } from "./workflow-factory.ts";

/** Options of resuming a run. */
export interface ResumeOptions extends Omit<
  RunOptions,
  "runId" | "tenant" | "createdBy" | "requestHash" | "hosted" | "onCreated" | "maxConcurrency" | "timeoutSeconds"
> {
  /** Must be the run's own, by its hash. Default: what the run kept. */
  readonly workflow?: WorkflowHandle | undefined;
  /** Continue with `workflow` although it is another one. Finished nodes are found by their paths. Default false. */
  readonly force?: boolean | undefined;
}

/** Why a node has not run. */
export interface Explanation {
  readonly path: string;
  readonly status: "pending" | "waiting" | "skipped" | "running";
  /** In words, e.g. `waits for "approve"`. */
  readonly reason: string;
}

/** A run that was started. */
export interface RunHandle<Result = RunResult> {
  readonly runId: string;
  /** Resolves when the run is recorded; rejects, as `result` does, if it cannot start. Need not be awaited. */
  readonly created: Promise<void>;
  /** Never rejects for what happens inside the run: failures are data in the result. */
  readonly result: Promise<Result>;
  /** Cancels the run; the result then has status `cancelled`. Harmless after the end. */
  cancel(reason?: string): void;
}

/** Selects a page of runs. */
export interface RunPageQuery extends Omit<PageQuery, "after"> {
  /** The `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** A page of runs. */
export interface RunListPage {
  readonly runs: readonly RunSummary[];
  /** The cursor of the next page; null on the last one. It is of use for this tenant and this selection only. */
  readonly next: string | null;
  /** Of all runs of the tenant, each at most `maxRunCount`. Only with `counts`. */
  readonly counts?: RunCounts;
}

/** Options of sending a signal. */
export interface SignalOptions {
  /** What the signal says, at most 1 MiB as JSON. Default null. */
  readonly payload?: Json | undefined;
  /** The same id twice is one signal. 1 to 200 characters. Default: a new one. */
  readonly id?: string | undefined;
  /** Who sends it, at most 200 characters. Default: unknown. */
  readonly by?: string | undefined;
}

/** A signal that was recorded. */
export interface SentSignal {
  readonly runId: string;
  /** Its name. */
  readonly signal: string;
  readonly id: string;
  readonly accepted: true;
  /** Whether a signal with this id had been recorded before; this one has no effect then. */
  readonly duplicate: boolean;
}

/** Options of waiting for a run. */
export interface WaitOptions {
  /** In milliseconds, above 0. Default: for as long as it takes. */
  readonly timeoutMs?: number | undefined;
  /** Ends the waiting, not the run. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs workflows of one tenant; what authoring and API layers call. */
export interface WorkflowExecutionService {
  /**
   * Runs a workflow to its end, or until it has to wait.
   *
   * @throws IceError `ICE_BLUEPRINT_INVALID`, `ICE_INPUT_INVALID`, `ICE_RUN_EXISTS`, `ICE_USAGE` (a run of another tenant) before
   * anything runs; `ICE_STORE_*` when it cannot be recorded any more.
   */
  execute(workflow: WorkflowHandle, inputs?: JsonObject, options?: RunOptions): Promise<RunResult>;
  /** Like `execute`, but returns at once. */
  start(workflow: WorkflowHandle, inputs?: JsonObject, options?: RunOptions): RunHandle;
  /**
   * Continues a run that is suspended or whose process is gone; of an ended run it returns the result. Finished nodes do not
   * run again.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_OWNED` (a living process has it), `ICE_STORE_BLUEPRINT_CHANGED`,
   * `ICE_BLUEPRINT_INVALID` (a node type or tool of it is not here), `ICE_STORE_*`.
   */
  resume(runId: string, options?: ResumeOptions): Promise<RunResult>;
  /**
   * Leaves a run to the workers of the store, which care for it from then on. Of an ended run it returns undefined.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_OWNED` (a living process has it), `ICE_USAGE` for a store without a queue.
   */
  handOn(runId: string): Promise<QueuedRun | undefined>;
  /**
   * Waits until a run has ended or is suspended, whichever process executes it.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_WAIT_TIMEOUT`, `ICE_RUN_CANCELLED` (the signal was aborted; the run goes on).
   */
  wait(runId: string, options?: WaitOptions): Promise<RunSummary>;
  /**
   * Sends a signal to a run, in whichever process it is: a node that waits for it takes it, now or later. It does not continue a
   * suspended run.
   *
   * @param name - letters, digits and `._:-`, starting with a letter or digit, at most 128.
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_RUN_ENDED`, `ICE_SIGNAL_INVALID` (its name, size, number, or a payload that fits none of
   * the nodes that wait for it).
   */
  signal(runId: string, name: string, options?: SignalOptions): Promise<SentSignal>;
  /** Runs of the store, the newest first. */
  list(query?: ListQuery): Promise<readonly RunSummary[]>;
  /**
   * A page of runs, the newest first. Runs that start meanwhile are on no later page.
   *
   * @throws IceError `ICE_CURSOR_INVALID` (not the `next` of a page with this selection).
   */
  page(query?: RunPageQuery): Promise<RunListPage>;
  /** The result document as far as it is known. @throws IceError `ICE_RUN_NOT_FOUND`. */
  show(runId: string): Promise<RunResult>;
  /** For each node that has not run: the condition that is not met. @throws IceError `ICE_RUN_NOT_FOUND`. */
  explain(runId: string): Promise<readonly Explanation[]>;
  /**
   * Cancels a run: in this process, in the process that owns it, or in the store when no process does. Has no effect after the end.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`.
   */
  cancel(runId: string, reason?: string): Promise<void>;
  /**
   * Resolves when no run is in progress in this process that a node has started detached, of any tenant: they have ended, or were
   * suspended or released.
   */
  whenDetachedEnd(): Promise<void>;
}

export const WorkflowExecutionService: ServiceKey<WorkflowExecutionService> = serviceKey("workflowExecutionService");
