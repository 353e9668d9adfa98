import type { JsonObject } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";
import type { Issue } from "../result/issue.ts";
import type { RunResult } from "../result/result.ts";
import type { RunOptions } from "./run-options.ts";

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
}

/** Makes workflows from blueprints, for layers that do not import the orchestrator. */
export interface WorkflowFactory {
  /**
   * @param blueprint - any value; what is wrong with it shows in `issues()`.
   * @param options.base - where relative references (`./child.yaml`) start: the blueprint's own file.
   */
  create(blueprint: unknown, options?: { readonly base?: string | undefined }): WorkflowHandle;
}

export const WorkflowFactory: ServiceKey<WorkflowFactory> = serviceKey("workflowFactory");
