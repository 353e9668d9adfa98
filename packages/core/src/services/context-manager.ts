import type { Json } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** The outputs of a node's dependencies by id, frozen; only those that completed. */
export type NodeContext = Readonly<Record<string, Json>>;

/** Looks into the data of runs in progress in this process, without being able to change it. */
export interface ContextManager {
  /**
   * What the node at `path` sees, or would see if it started now: the outputs of its dependencies that completed.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`; undefined when the run has no node at `path` right now.
   */
  contextOf(runId: string, path: string): NodeContext | undefined;
  /**
   * Outputs of completed nodes by path.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`.
   */
  outputsOf(runId: string): Readonly<Record<string, Json>>;
}

export const ContextManager: ServiceKey<ContextManager> = serviceKey("contextManager");
