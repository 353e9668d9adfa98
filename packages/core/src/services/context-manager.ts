import type { Json } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** The outputs of a node's dependencies by id, frozen; only those that completed. */
export type NodeContext = Readonly<Record<string, Json>>;

/** Reads the data of runs in progress in this process, without changing it. */
export interface ContextManager {
  /**
   * The outputs of the completed dependencies of the node at `path`.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`; undefined if the run has no node at `path` now.
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
