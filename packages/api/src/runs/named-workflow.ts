import { IceError, type Runtime, type TenantServices } from "@ice/core";
import { didYouMean, findStored, shorten } from "@ice/core/internal";
import type { DevFiles } from "../options/dev-files.ts";
import { devBlueprint } from "./analyze.ts";

/** A blueprint, and where its references to files begin, if it may have any. */
export interface FoundBlueprint {
  readonly data: unknown;
  readonly base?: string;
}

/** Where workflows are found. */
export interface NamedWorkflows {
  readonly runtime: Runtime;
  readonly tenant: TenantServices;
  /** Files that are being edited. */
  readonly dev?: DevFiles | undefined;
}

/**
 * A file that is being edited, or else a registered workflow, or a stored one.
 *
 * @param ref - `name` or `name@version`.
 * @throws IceError `ICE_WORKFLOW_UNKNOWN`.
 */
export async function namedWorkflow(ref: string, { runtime, dev, tenant }: NamedWorkflows): Promise<FoundBlueprint> {
  const edited = devBlueprint(dev, tenant, ref);
  if (edited !== undefined) return { data: edited.blueprint, base: edited.base };
  const { blueprints } = tenant;
  const found = runtime.workflows.get(ref) ?? (await findStored(blueprints, ref))?.blueprint;
  if (found !== undefined) return { data: found };
  const { blueprints: stored } = await blueprints.list({ limit: 1000 });
  const registered = runtime.workflows.names().map((name) => name.slice(0, name.lastIndexOf("@")));
  const near = didYouMean(ref, [...registered, ...stored.map(({ name }) => name)]);
  throw new IceError("ICE_WORKFLOW_UNKNOWN", `There is no workflow "${shorten(ref)}".`, {
    fix: near || "list the workflows with GET /v1/workflows",
    details: { workflow: ref },
  });
}
