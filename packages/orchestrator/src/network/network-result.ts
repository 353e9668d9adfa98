import {
  IceError,
  type JsonObject,
  type NetworkResult,
  type NodeRecord,
  type RunDocument,
  type RunResult,
  type UnstartedWorkflow,
} from "@ice/core";
import type { Engine } from "../engine/engine.ts";
import type { ChildRuns } from "../run/run-context.ts";
import { memberRunId } from "../engine/wake-network.ts";
import { isUnrecorded } from "../journal/store-error-kinds.ts";

/** Ids of the workflows of a network, in the order of its manifest. */
export function memberIds({ data }: RunDocument): readonly string[] {
  const { nodes = [] } = data["blueprint"] as { readonly nodes?: readonly { readonly id: string }[] };
  return nodes.map(({ id }) => id);
}

/**
 * The result of a network, combined from the results of its workflows.
 *
 * @param children - runs of this process; those of earlier ones are read from the store.
 * @throws IceError `ICE_STORE_*`, also if it is the reason for which the network was released.
 */
export async function networkResult(
  engine: Engine,
  { runId, workflow, status, nodes, error }: RunResult,
  ids: readonly string[],
  children: ChildRuns,
): Promise<NetworkResult> {
  const workflows: Record<string, RunResult | UnstartedWorkflow> = {};
  const known = ids.filter((id) => Object.hasOwn(nodes, id));
  for (const id of known) {
    const node = nodes[id]!;
    workflows[id] = (await resultOfMember(engine, memberRunId(runId, id), node, children)) ?? withoutRun(node);
  }
  const failure = error ?? Object.values(nodes).find((node) => node.status === "failed")?.error;
  const waiting = status === "suspended" ? known.filter((id) => nodes[id]!.status === "waiting") : [];
  return {
    runId,
    name: workflow.name,
    status: status === "suspended" && failure !== undefined ? "failed" : status,
    workflows,
    ...(waiting.length > 0 && { waiting }),
    ...(failure !== undefined && { error: failure }),
  };
}

/** Undefined if the workflow has no run: it did not start, or its run was deleted. */
async function resultOfMember(
  engine: Engine,
  runId: string,
  { status, error }: NodeRecord,
  children: ChildRuns,
): Promise<RunResult | undefined> {
  if (status === "skipped" || error?.code === "ICE_RUN_EXISTS") return undefined; // a run with this id does not belong to the network
  const live = await children.get(runId)?.catch(unlessUnrecorded);
  if (live !== undefined) return live;
  try {
    return await engine.show(runId);
  } catch (thrown) {
    if (IceError.is(thrown) && thrown.code === "ICE_RUN_NOT_FOUND") return undefined;
    throw thrown;
  }
}

/** The caller handles the reason for which the network was released. */
function unlessUnrecorded(error: unknown): undefined {
  if (isUnrecorded(error)) throw error;
}

function withoutRun({ status, skipReason, error, output }: NodeRecord): UnstartedWorkflow {
  return {
    status,
    ...(skipReason !== undefined && { skipReason }),
    ...(error !== undefined && { error }),
    ...(output !== undefined && { output: (output as JsonObject)["output"] ?? null }),
  };
}
