import type { Json } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";
import type { Issue } from "../result/issue.ts";
import type { ErrorRecord, NodeRecord, RunResult, ObservedStatus } from "../result/result.ts";
import type { QueuedRun } from "../journal/run-dispatcher.ts";
import type { RunOptions, RunToQueue } from "./run-options.ts";
import type { WorkflowOptions } from "./workflow-factory.ts";
import type { ResumeOptions } from "./workflow-execution-service.ts";

/** A workflow of a network that has no run: it was skipped, could not be started, or its run is no longer kept. */
export interface UnstartedWorkflow extends Pick<NodeRecord, "status" | "skipReason" | "error"> {
  /** Only when completed. */
  readonly output?: Json;
}

/** The result of a network. */
export interface NetworkResult {
  readonly runId: string;
  readonly name: string;
  /** `suspended`: a workflow waits, and none has failed; a resume continues it, and also a `failed` one with `waiting`. */
  readonly status: ObservedStatus;
  /** By id, in the order of the manifest: the result of the run, or why there is none. Absent: its turn has not come. */
  readonly workflows: Readonly<Record<string, RunResult | UnstartedWorkflow>>;
  /** Ids of the workflows that wait; only when some do. */
  readonly waiting?: readonly string[];
  /** Of the first workflow that failed, or why the network was stopped; the path begins with the id of the workflow. */
  readonly error?: ErrorRecord;
}

/**
 * As for a run. `onEvent` receives the events of the network and of its workflows, which differ in `runId`. `wait` holds for
 * the workflows. `maxConcurrency` counts workflows. Run id: default a UUID v7; with `.` and the longest id at most 128.
 */
export type NetworkRunOptions = Omit<RunOptions, "tenant">;

/** Options of resuming a network: its workflows come from what it has kept. */
export type NetworkResumeOptions = Omit<ResumeOptions, "workflow" | "force">;

/** A network that can be checked and run. */
export interface NetworkCoordinator {
  readonly name: string;
  /** Whose runs its runs are. */
  readonly tenant: string;
  /** Of the network and of every workflow in it, with pointers into the manifest. */
  issues(): readonly Issue[];
  /**
   * Runs the network to its end, or until it has to wait. Each workflow has a run of its own, `<runId>.<id>`.
   *
   * @throws IceError `ICE_BLUEPRINT_INVALID`, `ICE_RUN_EXISTS`, `ICE_USAGE` (a bad run id) before anything runs; `ICE_STORE_*`.
   */
  run(options?: NetworkRunOptions): Promise<NetworkResult>;
  /** Puts the network into the queue of the store; its workflows follow. @throws see `WorkflowHandle.enqueue`. */
  enqueue(options?: Omit<RunToQueue, "tenant">): Promise<QueuedRun>;
  /**
   * Continues a run of exactly this network and the runs of its workflows; of an ended one it returns the result.
   *
   * @throws IceError see `NetworkCoordinatorFactory.resume`; `ICE_STORE_BLUEPRINT_CHANGED`.
   */
  resume(runId: string, options?: NetworkResumeOptions): Promise<NetworkResult>;
}

/** Makes coordinators from `ice-network/v1` manifests, and knows the networks of the store. */
export interface NetworkCoordinatorFactory {
  /** @param manifest - any value; what is wrong with it shows in `issues()`. */
  create(manifest: unknown, options?: WorkflowOptions): NetworkCoordinator;
  /** Whether a run of the store is a network's. @throws IceError `ICE_RUN_NOT_FOUND`. */
  has(runId: string): Promise<boolean>;
  /**
   * Like `NetworkCoordinator.resume`, with the manifest that the run has kept.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_USAGE` (the run is no network's), `ICE_STORE_OWNED`, `ICE_BLUEPRINT_INVALID`,
   * `ICE_STORE_*`.
   */
  resume(runId: string, options?: NetworkResumeOptions): Promise<NetworkResult>;
  /** The result as far as it is known. @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_USAGE` (the run is no network's). */
  show(runId: string): Promise<NetworkResult>;
}

export const NetworkCoordinatorFactory: ServiceKey<NetworkCoordinatorFactory> = serviceKey("networkCoordinatorFactory");
