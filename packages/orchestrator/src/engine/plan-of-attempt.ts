import { IceError, type Json, type JournalRecord, type PlacedJob } from "@ice/core";
import { prefixOf } from "../journal/paths.ts";
import type { ComposeNode, NodeParts, NodePlan, Plan, ScopePlan } from "../plan/plan.ts";

/**
 * A workflow that consists of one node of another, as far as a job describes it: what it depends on has been executed, its fields are
 * evaluated, and who owns the run decides about retries and errors.
 *
 * @throws IceError `ICE_NODE_NOT_FOUND`.
 */
export function planOfAttempt(plan: Plan, job: PlacedJob, composeNode: ComposeNode): Plan {
  const { config, context } = job;
  const { node, view } = nodeAt(plan, job);
  const before = Object.keys(context);
  const position = before.length;
  const alone = {
    ...node,
    watches: [],
    join: "all",
    when: undefined,
    written: node.config,
    eagerFields: [],
    lazyFields: new Map<string, never>(),
    inputSchema: undefined,
    outputSchema: undefined,
    onError: "fail",
    onErrorOutput: undefined,
    retryPolicy: undefined,
    requires: [],
    cache: undefined,
  } as const satisfies NodeParts;
  const parts: NodeParts = { ...alone, config, position, dependencies: [...before.keys()], dependents: [] };
  const nodes: NodePlan[] = before.map((id, at) => ({
    ...alone,
    id,
    position: at,
    dependencies: [],
    dependents: [position],
    attempt: () => null, // it has an outcome
  }));
  nodes.push({ ...parts, ...composeNode(parts) });
  return {
    document: plan.document,
    kind: undefined,
    view,
    settings: { failurePolicy: "halt", budget: job.allowance },
    inputs: undefined,
    outputs: undefined,
    root: {
      nodes,
      positions: new Map(nodes.map(({ id }, at) => [id, at])),
      inDegrees: nodes.map(({ dependencies }) => dependencies.length),
      roots: [...nodes.keys()].filter((at) => nodes[at]!.dependencies.length === 0),
      locals: [],
    },
  };
}

/** The records that a run would have when it comes to the attempt of a job. */
export function recordsBefore({ path, attempt, context, steps = [] }: PlacedJob, at: number): readonly JournalRecord[] {
  const outcomes = Object.entries(context).map(([id, output]) => outcomeOf(prefixOf(path) + id, output, at));
  // What they have used is counted by the owner of the run.
  const known = steps.map(({ key, value }) => ({ kind: "step", at, path, key, value }) as const);
  if (attempt === 1) return [...outcomes, ...known];
  const error = { code: "ICE_NODE_FAILED", message: "An earlier attempt failed." };
  const failed = {
    kind: "attemptFailed",
    at,
    path,
    attempt: attempt - 1,
    retryAt: at,
    error,
    children: false,
  } as const;
  return [...outcomes, failed, ...known];
}

const outcomeOf = (path: string, output: Json, at: number): JournalRecord => ({
  kind: "outcome",
  at,
  path,
  node: { type: "", status: "completed", attempts: 1, startedAt: at, endedAt: at, durationMs: 0, output },
});

/** The node at a path, and the workflow that it is in. */
function nodeAt(plan: Plan, { path, type }: PlacedJob): Pick<Plan, "view"> & { readonly node: NodePlan } {
  const steps = path.split(".");
  let { view } = plan;
  let scopes: readonly ScopePlan[] = [plan.root];
  for (const [at, step] of steps.entries()) {
    const isLast = at === steps.length - 1;
    const node = nodeIn(scopes, step.replace(/\[\d+\]$/, ""), isLast ? type : undefined);
    if (node === undefined) break;
    if (isLast) return { node, view };
    const inner = node.workflow?.();
    if (inner !== undefined) ({ view } = inner);
    scopes = [...node.children.values(), ...(inner === undefined ? [] : [inner.root])];
  }
  throw new IceError("ICE_NODE_NOT_FOUND", `The workflow "${plan.view.name}" has no node at "${path}".`, {
    fix: "start the workers with the same version of ice as the owners of runs",
  });
}

/** Lists that exclude each other may have nodes with the same id, of different types. */
function nodeIn(scopes: readonly ScopePlan[], id: string, type: string | undefined): NodePlan | undefined {
  const found = scopes.flatMap(({ nodes, positions }) => nodes[positions.get(id) ?? -1] ?? []);
  return found.find((node) => node.type === type) ?? found[0];
}
