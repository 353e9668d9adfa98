import { useMemo, type ReactNode } from "react";
import { Empty, Notice } from "../controls/controls.tsx";
import { graphPathOf } from "../state/node-path.ts";
import type { RunTabProps } from "./graph-tab.tsx";
import { SelectedNode } from "./selected-node.tsx";
import { SourceView } from "./source-view.tsx";
import { useSelection } from "./use-selection.ts";

type SourceTabProps = Pick<RunTabProps, "runId" | "run" | "at" | "to" | "blueprint" | "onSelect">;

/** The blueprint that the run executes, with a mark at each node, and the inspector at the right. */
export function SourceTab({ runId, run, at, to, blueprint, onSelect }: SourceTabProps): ReactNode {
  const selection = useSelection({ run, at, now: to, blueprint: blueprint.value, onSelect });
  const { graph, look } = selection;
  const paths = useMemo(() => new Set(graph.map(({ path }) => path)), [graph]);
  const { value, error, reload } = blueprint;
  return (
    <div className="run-body">
      <div className="run-main">
        {error !== undefined && <Notice error={error} onRetry={reload} />}
        {value === undefined && error === undefined && <Empty title="Loading…" />}
        {value !== undefined && (
          <SourceView
            source={value}
            paths={paths}
            at={at === undefined ? undefined : graphPathOf(at)}
            stateOf={look.stateOf}
            onSelect={(path) => onSelect(look.pathOf(path))}
          />
        )}
      </div>
      <SelectedNode runId={runId} run={run} at={at} now={to} selection={selection} onSelect={onSelect} />
    </div>
  );
}
