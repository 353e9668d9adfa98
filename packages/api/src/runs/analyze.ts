import {
  BlueprintLoader,
  IceError,
  networkSchemaVersion,
  type BlueprintReader,
  type Issue,
  type Runtime,
  type ServiceKey,
  type TenantServices,
  type WorkflowGraph,
} from "@ice/core";
import {
  analyzeBlueprintInTurns,
  analyzeNetworkInTurns,
  defaultTenant,
  graphOf,
  isPlainObject,
  storedWorkflowsOf,
  type StoredWorkflows,
} from "@ice/core/internal";
import type { DevBlueprint, DevFiles } from "../options/dev-files.ts";

/** A blueprint as a request contains it. */
export interface GivenBlueprint {
  readonly blueprint?: unknown;
  readonly text?: string | undefined;
}

/** The data of a blueprint, and where its parts stand in the text, if it was one. */
export type ReadBlueprint =
  | { readonly ok: true; readonly data: unknown; readonly place: (issue: Issue) => Issue }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** What is found out about a blueprint without running it. */
export interface CheckedBlueprint {
  readonly valid: boolean;
  readonly issues: readonly Issue[];
  readonly graph?: ShownGraph;
}

/** A graph with the dependencies at each node. */
export interface ShownGraph {
  readonly nodes: readonly (WorkflowGraph["nodes"][number] & { readonly dependencies: readonly string[] })[];
}

/** What checking takes. */
export interface CheckContext {
  readonly runtime: Runtime;
  readonly tenant: TenantServices;
  /** Address of a file that is being edited; what comes from outside has none, and may refer to no file. */
  readonly base?: string | undefined;
}

/** A file that is being edited, by the name of its workflow. Only the tenant `default` has any. */
export const devBlueprint = (
  dev: DevFiles | undefined,
  { tenant }: Pick<TenantServices, "tenant">,
  name: string,
): DevBlueprint | undefined => (tenant === defaultTenant ? dev?.find(name) : undefined);

/** Reads the text of a blueprint, or takes the data that was given. @param reader - undefined where no text can be read. */
export function readGiven({ blueprint, text }: GivenBlueprint, reader: BlueprintReader | undefined): ReadBlueprint {
  if (text === undefined) return { ok: true, data: blueprint, place: (issue) => issue };
  if (reader === undefined)
    throw new IceError("ICE_REQUEST_INVALID", "This server reads no text of blueprints.", {
      fix: "send the blueprint as JSON, in `blueprint`",
    });
  const read = reader.read(text);
  if (!read.ok) return read;
  return { ok: true, data: read.data, place: (issue) => ({ ...issue, ...read.locate(issue.path) }) };
}

/** Whether a document is a network. */
export const isNetwork = (data: unknown): boolean =>
  isPlainObject(data) && data["schemaVersion"] === networkSchemaVersion;

/** The stored blueprints that a blueprint of a tenant may name. */
export const storedFor = (data: unknown, { runtime, tenant }: CheckContext): Promise<StoredWorkflows> =>
  storedWorkflowsOf(data, tenant.blueprints, (ref) => runtime.workflows.get(ref) !== undefined);

/** Checks a blueprint, in turns of the event loop. Without an address it reads no files: the caller is not the owner of the server. */
export async function checkBlueprint(data: unknown, context: CheckContext): Promise<CheckedBlueprint> {
  const { runtime, tenant, base } = context;
  const stored = await storedFor(data, context);
  const { nodes, tools, agents, channels, workflows } = runtime;
  const visible = {
    nodes,
    tools,
    agents,
    channels,
    tryUse: <T>(key: ServiceKey<T>) => runtime.tryUse(key),
    workflows: { ...workflows, get: (ref: string) => workflows.get(ref) ?? stored(ref) },
  };
  const analyze = isNetwork(data) ? analyzeNetworkInTurns : analyzeBlueprintInTurns;
  const loader = base === undefined ? undefined : runtime.tryUse(BlueprintLoader);
  const { issues, analyzed } = await analyze(data, { runtime: visible, limits: tenant.limits, base, loader });
  const valid = analyzed !== undefined && !issues.some(({ severity }) => severity === "error");
  return { valid, issues, ...(valid ? { graph: shownGraph(graphOf(analyzed)) } : {}) };
}

/** A graph as it is sent. */
export function shownGraph({ nodes, edges }: WorkflowGraph): ShownGraph {
  const dependencies = new Map(nodes.map(({ path }) => [path, [] as string[]]));
  for (const { from, to } of edges) dependencies.get(to)?.push(from);
  return { nodes: nodes.map((node) => ({ ...node, dependencies: dependencies.get(node.path) ?? [] })) };
}

/** The error for a blueprint with issues. */
export const invalidBlueprint = (issues: readonly Issue[]): IceError =>
  new IceError("ICE_BLUEPRINT_INVALID", `The blueprint is not valid: ${messageOfFirst(issues)}.`, {
    fix: "correct the issues",
    details: { issues },
  });

const messageOfFirst = (issues: readonly Issue[]): string =>
  issues.find(({ severity }) => severity === "error")?.message ?? "it has issues";
