import type { ErrorRecord, RunResult, RunStatus } from "../workflow/result.ts";
import type { Issue } from "../workflow/issue.ts";
import { serviceKey, type ServiceKey } from "../runtime/service-key.ts";
import type { EventListener } from "../events/event-bus.ts";

/** What became of a network. */
export interface NetworkResult {
  readonly name: string;
  readonly status: RunStatus;
  /** By id: the result of the run, or why it did not run. */
  readonly workflows: Readonly<
    Record<string, RunResult | { readonly status: "skipped"; readonly skipReason: "dependencyFailed" }>
  >;
  readonly error?: ErrorRecord;
}

export interface NetworkRunOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: EventListener;
}

/** A network that can be checked and run. */
export interface NetworkCoordinator {
  issues(): readonly Issue[];
  /** @throws IceError `ICE_BLUEPRINT_INVALID` before anything runs. */
  run(options?: NetworkRunOptions): Promise<NetworkResult>;
}

/** Makes coordinators from `ice-network/v1` manifests. */
export interface NetworkCoordinatorFactory {
  /** @param options.base - the manifest's own file; relative `ref`s start there. */
  create(manifest: unknown, options?: { readonly base?: string }): NetworkCoordinator;
}

export const NetworkCoordinatorFactory: ServiceKey<NetworkCoordinatorFactory> = serviceKey("networkCoordinatorFactory");
