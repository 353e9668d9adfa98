import {
  IceError,
  type NetworkResult,
  type RunHandle,
  type RunHost,
  type RunOptions,
  type TenantServices,
} from "@ice/core";
import { invalidRequest } from "../request/invalid-request.ts";

interface NetworkContext {
  readonly host: RunHost;
  readonly tenant: TenantServices;
  readonly inputs: object | undefined;
}

/** Starts a network, which the host continues as it does runs. */
export function startNetwork(
  manifest: unknown,
  options: Omit<RunOptions, "tenant"> & { readonly runId: string },
  { host, tenant, inputs }: NetworkContext,
): Pick<RunHandle, "runId" | "created"> & { readonly result: Promise<NetworkResult> } {
  if (inputs !== undefined)
    throw invalidRequest("A network has no `inputs`.", "write the inputs of each workflow into the network");
  if (host.state === "draining")
    throw new IceError("ICE_SERVER_DRAINING", "The server is stopping and starts no runs.");
  const { promise, resolve } = Promise.withResolvers<void>();
  const result = tenant.networks.create(manifest).run({ ...options, hosted: true, onCreated: resolve });
  return { runId: options.runId, created: Promise.race([promise, result.then(() => undefined)]), result };
}
