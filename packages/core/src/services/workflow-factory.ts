import type { QueuedRun } from "../journal/run-dispatcher.ts";
import type { JsonObject } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";
import type { Issue } from "../result/issue.ts";
import type { RunResult } from "../result/result.ts";
import type { RunOptions, RunToQueue } from "./run-options.ts";

/** A workflow that can be checked and run. */
export interface WorkflowHandle {
  readonly name: string;
  readonly version: string;
  /** All findings, warnings included, at most 100. */
  issues(): readonly Issue[];
  /** @throws IceError `ICE_BLUEPRINT_INVALID` with `details.issues`, when an issue is an error. */
  validate(): void;
  /** @throws IceError `ICE_BLUEPRINT_INVALID`, `ICE_INPUT_INVALID`, `ICE_RUN_EXISTS` before anything runs. */
  execute(inputs?: JsonObject, options?: RunOptions): Promise<RunResult>;
  /**
   * Puts a run into the queue of the store instead, which workers work on.
   *
   * @throws IceError as `execute`; `ICE_USAGE` for a store without a queue, `ICE_QUEUE_FULL`.
   */
  enqueue(inputs?: JsonObject, options?: RunToQueue): Promise<QueuedRun>;
}

/** A blueprint that others may name; whether it is valid is checked when a workflow that uses it is compiled. */
export interface NamedBlueprint {
  readonly name: string;
  /** Default: `0.0.0`. */
  readonly version?: string | undefined;
}

/** Options of a workflow from a blueprint. */
export interface WorkflowOptions {
  /** Where relative references (`./child.yaml`) start: the blueprint's own file. Default: it may refer to no file. */
  readonly base?: string | undefined;
  /** Workflows that it may name besides those of the runtime, which come first. Default: none. */
  readonly workflows?: ((name: string) => NamedBlueprint | undefined) | undefined;
}

/** Makes workflows from blueprints, for layers that do not import the orchestrator. */
export interface WorkflowFactory {
  /** @param blueprint - any value; what is wrong with it shows in `issues()`. */
  create(blueprint: unknown, options?: WorkflowOptions): WorkflowHandle;
}

export const WorkflowFactory: ServiceKey<WorkflowFactory> = serviceKey("workflowFactory");
