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
  const { runId } = options;
  const result = tenant.networks.create(manifest).run(options);
  const created = whenRecorded(runId, result, tenant).then(() => host.adopt(runId, { tenant: tenant.tenant }));
  return { runId, created, result };
}

/** Resolves when the store has the run; rejects if it cannot start. */
async function whenRecorded(runId: string, result: Promise<unknown>, { feed, views }: TenantServices): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      views.summary(runId).then(done, () => undefined);
    };
    const stop = feed.watch(runId, look);
    const done = (): void => {
      stop();
      resolve();
    };
    result.then(done, (error: unknown) => {
      stop();
      reject(error as Error);
    });
    look();
  });
}
