import { useEffect, useState, type ReactNode } from "react";
import { read } from "../api/http.ts";
import { AnswerPanel } from "../approvals/answer-panel.tsx";
import { Inspector } from "../inspector/inspector.tsx";
import { LoopPanel } from "../inspector/loop-panel.tsx";
import type { NodeContext } from "../inspector/node-context.ts";
import { NodePanel } from "../inspector/node-panel.tsx";
import { RunPanel } from "../inspector/run-panel.tsx";
import { useLoad } from "../live/use-load.ts";
import type { LiveRun } from "../live/use-run.ts";
import { graphPathOf } from "../state/node-path.ts";
import type { Selection } from "./use-selection.ts";

interface SelectedNodeProps {
  readonly runId: string;
  readonly run: LiveRun;
  readonly at: string | undefined;
  readonly now: number;
  readonly selection: Selection;
  readonly onSelect: (path: string | undefined) => void;
}

/** The panel at the right, with the node that is selected. */
export const SelectedNode = (props: SelectedNodeProps): ReactNode => (
  <Inspector label="Selected node">
    <Selected {...props} />
  </Inspector>
);

function Selected({ runId, run, at, now, selection, onSelect }: SelectedNodeProps): ReactNode {
  // Another person may answer first: that is shown, although the run goes on.
  const [sending, setSending] = useState<string>();
  useEffect(() => setSending(undefined), [at]);
  const view = at === undefined ? undefined : run.view.nodes.get(at);
  const needsReason = at !== undefined && view === undefined;
  const explained = useLoad(needsReason ? `${runId} ${run.view.events.length}` : undefined, (signal) =>
    read<{ nodes: { path: string; reason: string }[] }>(`/v1/runs/${encodeURIComponent(runId)}/explain`, { signal }),
  );
  if (at === undefined) return <RunPanel runId={runId} run={run} now={now} onSelect={onSelect} />;
  const node = run.graph.value?.find(({ path }) => path === graphPathOf(at));
  const type = view?.type ?? node?.type ?? "node";
  if ((view?.state === "waiting" && view.type === "human") || sending === at)
    return (
      <AnswerPanel
        key={at}
        runId={runId}
        path={at}
        now={now}
        onSending={() => setSending(at)}
        onDone={() => setSending(undefined)}
      />
    );
  const context: NodeContext = { runId, run, configs: selection.configs, onSelect };
  const loopItems = selection.items.get(at);
  if (loopItems !== undefined)
    return (
      <LoopPanel
        context={context}
        path={at}
        type={type}
        view={view}
        now={now}
        items={loopItems}
        item={selection.look.itemOf(at)}
        onItem={selection.onItem}
      />
    );
  const why = explained.value?.nodes.find(({ path }) => path === at)?.reason;
  return (
    <NodePanel
      key={at}
      context={context}
      path={at}
      type={type}
      view={view}
      now={now}
      why={why}
      others={view?.state === "failed" ? otherFailures(run, at) : []}
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
