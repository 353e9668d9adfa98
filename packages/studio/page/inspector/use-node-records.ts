import type { NodePage } from "@ice/core";
import { client } from "../api/client.ts";
import type { NodeDetail } from "../api/types.ts";
import { useLoad, type Loaded } from "../live/use-load.ts";
import type { LiveRun } from "../live/use-run.ts";
import { useReloadOn } from "../live/use-reload-on.ts";

export interface NodeRecords {
  readonly nodes: readonly Pick<NodeDetail, "path" | "usage">[];
  /** Whether there are more, which were not read. */
  readonly isPartial: boolean;
}

/** Pages of nodes that are read, 200 each. */
const maxPages = 10;

/**
 * What nodes of a run have used, up to 2,000 of them, fewer with large outputs; nothing is loaded for a run that has asked no model.
 *
 * @param under - only this node and those in it.
 */
export function useNodeRecords(runId: string, run: LiveRun, under?: string): Loaded<NodeRecords> {
  const asked = run.document.value?.usage?.llmCalls ?? 0;
  const records = useLoad(asked === 0 ? undefined : `${runId} ${under ?? ""}`, (signal) =>
    loadRecords(runId, under, signal),
  );
  useReloadOn(records.reload, asked);
  return records;
}

async function loadRecords(runId: string, under: string | undefined, signal: AbortSignal): Promise<NodeRecords> {
  const nodes: NodeRecords["nodes"][number][] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const { nodes: more, next }: NodePage = await client.runs.nodes(runId, { under, limit: 200, cursor, signal });
    nodes.push(...more.map(({ path, usage }) => ({ path, ...(usage !== undefined && { usage }) })));
    if (next === null) return { nodes, isPartial: false };
    cursor = next;
  }
  return { nodes, isPartial: true };
}
