import type { JsonObject } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";
import type { NetworkCoordinator, NetworkResult, NetworkRunOptions } from "./network-coordinator-factory.ts";
import type { RunOptions } from "./run-options.ts";
import type { RunHandle } from "./workflow-execution-service.ts";
import type { WorkflowHandle } from "./workflow-factory.ts";

/** Names the tenant of a run. */
export interface OfTenant {
  /** Default: the tenant of the orchestrator. */
  readonly tenant?: string | undefined;
}

/**
 * Cares for runs as a server does, of all tenants: those that were started, resumed or adopted here, in this process or an earlier one.
 * It continues them when their process has ended, when an answer or a signal that they wait for arrives, from whichever process, and
 * when the time that they wait for has come. Runs that other processes own are left to them.
 */
export interface RunHost {
  /**
   * Begins to continue hosted runs. Harmless when called again. Resolves once those that could go on are in progress.
   *
   * @param options.recover - false: runs that were interrupted before are left alone until they are resumed. Default true.
   */
  open(options?: { readonly recover?: boolean | undefined }): Promise<void>;
  /**
   * Starts a run that this host continues. `handle.created` says when it is durable.
   *
   * @throws IceError `ICE_SERVER_BUSY` (as many runs are in progress as are allowed), `ICE_SERVER_DRAINING`.
   */
  start(workflow: WorkflowHandle, inputs?: JsonObject, options?: RunOptions): RunHandle;
  /** Starts a network in the same way; the coordinator decides the tenant. */
  startNetwork(network: NetworkCoordinator, options?: NetworkRunOptions): RunHandle<NetworkResult>;
  /**
   * Continues a run, and cares for it from then on. Resolves once it is in progress, or has ended before.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_OWNED`, `ICE_SERVER_DRAINING`; see `WorkflowExecutionService.resume`.
   */
  resume(runId: string, options?: OfTenant): Promise<void>;
  /** Cares for a run from now on, without continuing it. @throws IceError `ICE_RUN_NOT_FOUND`. */
  adopt(runId: string, options?: OfTenant): Promise<void>;
  /** `starting`: while `open` continues what an earlier process has left. New runs may start meanwhile. */
  readonly state: "starting" | "ready" | "draining";
  /** Runs in progress in this process. Suspended runs are not. */
  readonly active: number;
  /**
   * Starts nothing more, suspends runs that only wait, and leaves the others after a time, so that the next host continues them.
   *
   * @param ms - how long runs may take to end.
   */
  drain(ms: number): Promise<void>;
}

export const RunHost: ServiceKey<RunHost> = serviceKey("runHost");
