import type { EventListener } from "../events/event-bus.ts";
import type { JsonObject } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../runtime/service-key.ts";
import type { RunResult } from "../workflow/result.ts";
import type { WorkflowHandle } from "./workflow-factory.ts";

export interface RunOptions {
  /** Cancels the run when aborted. */
  readonly signal?: AbortSignal;
  /** Unique; letters, digits, `.`, `_`, `-`, at most 128. Default a UUID v7. */
  readonly runId?: string;
  /** Told of every event of this run, outside the commit path. */
  readonly onEvent?: EventListener;
  /** Overrides `settings.maxConcurrency`. */
  readonly maxConcurrency?: number;
  /** Overrides `settings.timeoutSeconds`. */
  readonly timeoutSeconds?: number;
}

/** A run that was started. */
export interface RunHandle {
  readonly runId: string;
  /** Never rejects for what happens inside the run: failures are data in the result. */
  readonly result: Promise<RunResult>;
  /** Cancels the run; the result then has status `cancelled`. Harmless after the end. */
  cancel(reason?: string): void;
}

/** Runs workflows; what authoring and API layers call. */
export interface WorkflowExecutionService {
  /**
   * Runs a workflow to its end.
   *
   * @throws IceError `ICE_BLUEPRINT_INVALID`, `ICE_INPUT_INVALID`, `ICE_RUN_EXISTS` before anything runs.
   */
  execute(workflow: WorkflowHandle, inputs?: JsonObject, options?: RunOptions): Promise<RunResult>;
  /** Like `execute`, but returns at once. */
  start(workflow: WorkflowHandle, inputs?: JsonObject, options?: RunOptions): RunHandle;
  /** Runs that are in progress in this process. */
  list(): readonly { readonly runId: string; readonly workflow: string; readonly startedAt: number }[];
  /** @throws IceError `ICE_RUN_NOT_FOUND` when no such run is in progress in this process. */
  cancel(runId: string, reason?: string): void;
}

export const WorkflowExecutionService: ServiceKey<WorkflowExecutionService> = serviceKey("workflowExecutionService");
