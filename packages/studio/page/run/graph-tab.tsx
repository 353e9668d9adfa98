import type { ReactNode } from "react";
import { Empty, Notice } from "../controls/controls.tsx";
import { GraphView } from "../graph/graph-view.tsx";
import type { RunBlueprint } from "../api/types.ts";
import type { Loaded } from "../live/use-load.ts";
import type { LiveRun } from "../live/use-run.ts";
import { Timeline } from "../timeline/timeline.tsx";
import { SelectedNode } from "./selected-node.tsx";
import { useSelection } from "./use-selection.ts";

export interface RunTabProps {
  readonly runId: string;
  readonly run: LiveRun;
  readonly at: string | undefined;
  readonly from: number;
  readonly to: number;
  /** Whether it goes on, and this is known at once. */
  readonly isLive: boolean;
  readonly theme: string;
  readonly blueprint: Loaded<RunBlueprint>;
  readonly onSelect: (path: string | undefined) => void;
}

/** The graph over the timeline, and the inspector at the right. All three follow the selection. */
export function GraphTab({ runId, run, at, from, to, isLive, theme, blueprint, onSelect }: RunTabProps): ReactNode {
  const selection = useSelection({ run, at, now: to, blueprint: blueprint.value, onSelect });
  const { graph, look, onItem, onReveal, revealed } = selection;
  return (
    <div className="run-body">
      <div className="run-main">
        {run.graph.error !== undefined && <Notice error={run.graph.error} onRetry={run.graph.reload} />}
        {run.graph.error === undefined && graph.length === 0 && (
          <Empty title={run.graph.isLoading ? "Loading…" : "No graph"} />
        )}
        {graph.length > 0 && (
          <GraphView
            graph={graph}
            look={look}
            at={at}
            revealed={revealed}
            theme={theme}
            onSelect={onSelect}
            onItem={onItem}
          />
        )}
        <Timeline
          graph={graph}
          run={run.view}
          at={at}
          from={from}
          to={to}
          isLive={isLive}
          sizeOf={look.sizeOf}
          onSelect={onReveal}
        />
      </div>
      <SelectedNode runId={runId} run={run} at={at} now={to} selection={selection} onSelect={onSelect} />
    </div>
  );
}
