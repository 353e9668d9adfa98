import {
  IceError,
  type BlueprintReader,
  type JsonObject,
  type Principal,
  type RunHandle,
  type RunHost,
  type RunOptions,
  type Runtime,
  type TenantServices,
} from "@ice/core";
import { invalidRequest } from "../request/invalid-request.ts";
import type { DevFiles } from "../options/dev-files.ts";
import { invalidBlueprint, isNetwork, readGiven, storedFor } from "./analyze.ts";
import { checkChosenId, repeatableRequest } from "./idempotency-key.ts";
import { namedWorkflow, type FoundBlueprint } from "./named-workflow.ts";

/** What starting a run takes. */
export interface StartContext {
  readonly runtime: Runtime;
  readonly host: RunHost;
  readonly tenant: TenantServices;
  readonly reader: BlueprintReader | undefined;
  /** Files that are being edited. */
  readonly dev?: DevFiles | undefined;
  readonly principal: Principal;
}

/** The body of a request to start a run. */
export interface StartRequest {
  readonly workflow?: string | undefined;
  readonly blueprint?: JsonObject | undefined;
  readonly text?: string | undefined;
  readonly inputs?: JsonObject | undefined;
  readonly runId?: string | undefined;
  readonly options?: Pick<RunOptions, "maxConcurrency" | "timeoutSeconds"> | undefined;
}

/** A run that exists. */
export interface StartedRun {
  readonly runId: string;
  /** Absent if an earlier request has started it. */
  readonly handle?: Pick<RunHandle<unknown>, "result" | "cancel">;
}

/**
 * Starts a run, or finds the one that an earlier request with the same key has started. Resolves once the run is durable.
 *
 * @param key - the `Idempotency-Key` of the request; null without one.
 */
export async function startRun(request: StartRequest, key: string | null, context: StartContext): Promise<StartedRun> {
  const { tenant } = context;
  if (key === null) {
    if (request.runId !== undefined) checkChosenId(request.runId);
    return begin(request, { runId: request.runId }, context);
  }
  if (request.runId !== undefined)
    throw invalidRequest("A request has either a `runId` or an `Idempotency-Key`.", "leave one of them out");
  const repeatable = repeatableRequest(key, tenant.tenant, request as JsonObject);
  const { runId, requestHash } = repeatable;
  const isRepeated = async (): Promise<boolean> => (await hashOf(tenant, runId)) !== undefined;
  if (!(await isRepeated())) {
    try {
      return await begin(request, repeatable, context);
    } catch (error) {
      // Another request with the key was faster, perhaps in another process.
      if (!IceError.is(error) || error.code !== "ICE_RUN_EXISTS") throw error;
    }
  }
  if ((await hashOf(tenant, runId)) === requestHash) return { runId };
  throw new IceError("ICE_IDEMPOTENCY_MISMATCH", "The `Idempotency-Key` belongs to another request.", {
    fix: "use a new key for each request, and the same body with the same key",
  });
}

async function hashOf({ views }: TenantServices, runId: string): Promise<string | undefined> {
  try {
    return await views.requestHash(runId);
  } catch (error) {
    if (IceError.is(error) && error.code === "ICE_RUN_NOT_FOUND") return undefined;
    throw error;
  }
}

async function begin(
  { inputs, options = {}, ...request }: StartRequest,
  ids: Pick<RunOptions, "runId" | "requestHash">,
  context: StartContext,
): Promise<StartedRun> {
  const { host, tenant, principal } = context;
  const { data, base } = await blueprintOf(request, context);
  const references = { base, workflows: await storedFor(data, context) };
  const own = { ...options, ...ids, createdBy: principal.name };
  const handle = isNetwork(data)
    ? host.startNetwork(tenant.networks.create(data, references), withoutInputs(own, inputs))
    : host.start(tenant.factory.create(data, references), inputs, { ...own, tenant: tenant.tenant });
  // Its failure is handled where the result is awaited, which it need not be.
  handle.result.catch(() => undefined);
  await handle.created;
  return { runId: handle.runId, handle };
}

function withoutInputs<Options>(options: Options, inputs: JsonObject | undefined): Options {
  if (inputs === undefined) return options;
  throw invalidRequest("A network has no `inputs`.", "write the inputs of each workflow into the network");
}

async function blueprintOf(
  { workflow, blueprint, text }: StartRequest,
  context: StartContext,
): Promise<FoundBlueprint> {
  if (workflow !== undefined) return namedWorkflow(workflow, context);
  const read = readGiven({ blueprint, text }, context.reader);
  if (!read.ok) throw invalidBlueprint(read.issues);
  return { data: read.data };
}
