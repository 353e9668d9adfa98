import { useCallback, useMemo, useState, type ReactNode } from "react";
import { read } from "../api/http.ts";
import { AnswerPanel } from "../approvals/answer-panel.tsx";
import { Empty, Notice } from "../controls/controls.tsx";
import { graphLook } from "../graph/graph-look.ts";
import { GraphView } from "../graph/graph-view.tsx";
import { Inspector } from "../inspector/inspector.tsx";
import { LoopPanel } from "../inspector/loop-panel.tsx";
import { NodePanel, NothingSelected } from "../inspector/node-panel.tsx";
import { useLoad } from "../live/use-load.ts";
import type { LiveRun } from "../live/use-run.ts";
import { itemsOf } from "../state/items.ts";
import { graphPathOf } from "../state/node-path.ts";
import { Timeline } from "../timeline/timeline.tsx";
import { nodeOfItem, useGraphKeys } from "./use-graph-keys.ts";

interface GraphTabProps {
  readonly runId: string;
  readonly run: LiveRun;
  readonly at: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly hasEnded: boolean;
  readonly theme: string;
  readonly onSelect: (path: string | undefined) => void;
}

/** The graph over the timeline, and the inspector at the right. All three follow the selection. */
export function GraphTab({ runId, run, at, from, to, hasEnded, theme, onSelect }: GraphTabProps): ReactNode {
  const graph = run.graph.value ?? nothing;
  const { nodes } = run.view;
  const items = useMemo(() => itemsOf(nodes), [nodes]);
  const [chosen, setChosen] = useState<ReadonlyMap<string, number>>(new Map());
  const look = useMemo(
    () => graphLook({ graph, run: run.view, items, at, chosen, now: to }),
    [graph, run.view, items, at, chosen, to],
  );
  const chooseItem = useCallback(
    (loop: string, index: number) => {
      setChosen((before) => new Map(before).set(loop, index));
      onSelect(nodeOfItem(nodes, loop, index));
    },
    [nodes, onSelect],
  );
  useGraphKeys({ graph, look, nodes, items, at, onSelect, onItem: chooseItem });
  return (
    <div className="run-body">
      <div className="run-main">
        {run.graph.error !== undefined && <Notice error={run.graph.error} onRetry={run.graph.reload} />}
        {run.graph.error === undefined && graph.length === 0 && (
          <Empty title={run.graph.isLoading ? "Loading…" : "No graph"} />
        )}
        {graph.length > 0 && (
          <GraphView graph={graph} look={look} at={at} theme={theme} onSelect={onSelect} onItem={chooseItem} />
        )}
        <Timeline graph={graph} run={run.view} at={at} from={from} to={to} isLive={!hasEnded} onSelect={onSelect} />
      </div>
      <Inspector label="Selected node">
        <Selected
          runId={runId}
          run={run}
          at={at}
          now={to}
          onSelect={onSelect}
          onItem={chooseItem}
          items={items}
          itemOf={look.itemOf}
        />
      </Inspector>
    </div>
  );
}

const nothing: readonly never[] = [];

interface SelectedProps extends Pick<GraphTabProps, "runId" | "run" | "at" | "onSelect"> {
  readonly now: number;
  readonly items: ReturnType<typeof itemsOf>;
  readonly itemOf: (loop: string) => number;
  readonly onItem: (loop: string, index: number) => void;
}

function Selected({ runId, run, at, now, items, itemOf, onSelect, onItem }: SelectedProps): ReactNode {
  const view = at === undefined ? undefined : run.view.nodes.get(at);
  const needsReason = at !== undefined && view === undefined;
  const explained = useLoad(needsReason ? `${runId} ${run.view.events.length}` : undefined, (signal) =>
    read<{ nodes: { path: string; reason: string }[] }>(`/v1/runs/${encodeURIComponent(runId)}/explain`, { signal }),
  );
  if (at === undefined) return <NothingSelected />;
  const node = run.graph.value?.find(({ path }) => path === graphPathOf(at));
  const type = view?.type ?? node?.type ?? "node";
  if (view?.state === "waiting" && view.type === "human")
    return <AnswerPanel key={at} runId={runId} path={at} now={now} onDone={() => onSelect(at)} />;
  const loopItems = items.get(at);
  if (loopItems !== undefined)
    return (
      <LoopPanel
        runId={runId}
        path={at}
        type={type}
        view={view}
        now={now}
        items={loopItems}
        item={itemOf(at)}
        nodes={run.view.nodes}
        onItem={onItem}
        onSelect={onSelect}
      />
    );
  const why = explained.value?.nodes.find(({ path }) => path === at)?.reason;
  return (
    <NodePanel
      key={at}
      runId={runId}
      path={at}
      type={type}
      view={view}
      now={now}
      why={why}
      others={otherFailures(run, at)}
      onSelect={onSelect}
    />
  );
}

/** Failed nodes in the other items of the outermost loop around a path. */
function otherFailures(run: LiveRun, at: string): string[] {
  const bracket = at.indexOf("[");
  if (bracket < 0) return [];
  const loop = at.slice(0, bracket + 1);
  return [...run.view.nodes.values()]
    .filter(({ path, state }) => state === "failed" && path !== at && path.startsWith(loop))
    .map(({ path }) => path);
}
