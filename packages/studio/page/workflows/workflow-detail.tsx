import { useMemo, useState, type ReactNode } from "react";
import { ApiError, read } from "../api/http.ts";
import type { GraphNode, JsonObject, WorkflowEntry } from "../api/types.ts";
import { Empty, Notice } from "../controls/controls.tsx";
import { graphLook } from "../graph/graph-look.ts";
import { GraphView } from "../graph/graph-view.tsx";
import { useLoad } from "../live/use-load.ts";
import { emptyRun } from "../state/run-reducer.ts";
import { StartForm } from "./start-form.tsx";

/** A workflow: its graph, and the form that starts it. */
export function WorkflowDetail({
  workflow,
  theme,
}: {
  readonly workflow: WorkflowEntry;
  readonly theme: string;
}): ReactNode {
  const graph = useLoad(workflow.name, (signal) => graphOf(workflow, signal));
  const stored = useLoad(
    workflow.source === "stored" && workflow.inputs === undefined ? workflow.name : undefined,
    (signal) =>
      read<{ blueprint: { inputs?: JsonObject } }>(`/v1/blueprints/${encodeURIComponent(workflow.name)}`, { signal }),
  );
  const [at, setAt] = useState<string>();
  const nodes = graph.value;
  const look = useMemo(
    () => graphLook({ graph: nodes ?? [], run: emptyRun, items: new Map(), at, chosen: new Map(), now: 0 }),
    [nodes, at],
  );
  return (
    <div className="run-body">
      <div className="run-main">
        {workflow.description !== undefined && <p className="filters">{workflow.description}</p>}
        {graph.error !== undefined && <Notice error={graph.error} onRetry={graph.reload} />}
        {nodes !== undefined && nodes.length > 0 && (
          <GraphView graph={nodes} look={look} at={at} theme={theme} onSelect={setAt} onItem={() => undefined} />
        )}
        {nodes?.length === 0 && (
          <Empty title="The graph is drawn after the first run">
            <p>The workflow is registered in code, and has not run in this store.</p>
          </Empty>
        )}
      </div>
      <aside className="inspector side" aria-label="Start a run">
        <StartForm workflow={workflow.name} inputs={workflow.inputs ?? stored.value?.blueprint.inputs} />
      </aside>
    </div>
  );
}

/** The graph of a stored workflow, or of the last run of one that is registered in code; empty if there is none. */
async function graphOf({ name }: WorkflowEntry, signal: AbortSignal): Promise<readonly GraphNode[]> {
  type Graph = { readonly nodes: readonly GraphNode[] };
  try {
    return (await read<Graph>(`/v1/blueprints/${encodeURIComponent(name)}/graph`, { signal })).nodes;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
  const query = new URLSearchParams({ workflow: name, limit: "1" });
  const { runs } = await read<{ runs: { runId: string }[] }>(`/v1/runs?${query}`, { signal });
  const [last] = runs;
  return last === undefined
    ? []
    : (await read<Graph>(`/v1/runs/${encodeURIComponent(last.runId)}/graph`, { signal })).nodes;
}
