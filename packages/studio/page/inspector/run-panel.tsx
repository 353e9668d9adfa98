import { useMemo, type ReactNode } from "react";
import { Notice } from "../controls/controls.tsx";
import { StateIcon } from "../controls/icons.tsx";
import { formatCost, formatCount, formatDuration, plural } from "../format/format.ts";
import type { LiveRun } from "../live/use-run.ts";
import { graphPathOf } from "../state/node-path.ts";
import { lastedMs } from "../state/spans.ts";
import { spentByNode } from "../state/spent.ts";
import { useNodeRecords } from "./use-node-records.ts";

interface RunPanelProps {
  readonly runId: string;
  readonly run: LiveRun;
  readonly now: number;
  readonly onSelect: (path: string) => void;
}

/** Rows of a table. */
const most = 12;

/** What is at the right while no node is selected: where the time and the money of the run went. */
export function RunPanel(props: RunPanelProps): ReactNode {
  return (
    <>
      <div className="inspector-head">
        <div className="title">
          <h2>The run</h2>
        </div>
        <p className="meta">
          Select a node to see what went in and came out. <kbd>F</kbd> goes to the next failure.
        </p>
      </div>
      <div className="inspector-body" tabIndex={0} role="group" aria-label="The run">
        <CostByNode {...props} />
        <LongestNodes {...props} />
      </div>
    </>
  );
}

function CostByNode({ runId, run, onSelect }: RunPanelProps): ReactNode {
  const { value, error, reload } = useNodeRecords(runId, run);
  const spent = useMemo(() => spentByNode(value?.nodes ?? []), [value]);
  if (error !== undefined) return <Notice error={error} onRetry={reload} />;
  if (spent.length === 0) return null;
  return (
    <div className="stack">
      <h3>Cost by node</h3>
      <table className="table">
        <thead>
          <tr>
            <th>Node</th>
            <th className="number">Requests</th>
            <th className="number">Tokens</th>
            <th className="number">Cost</th>
          </tr>
        </thead>
        <tbody>
          {spent.slice(0, most).map(({ path, first, count, usage }) => (
            <tr key={path}>
              <td className="path-cell">
                <button type="button" className="button plain" onClick={() => onSelect(first)}>
                  {path}
                </button>
                {count > 1 && <span className="quiet"> {plural(count, "item")}</span>}
              </td>
              <td className="number">{formatCount(usage.llmCalls)}</td>
              <td className="number">{formatCount(usage.totalTokens)}</td>
              <td className="number">{formatCost(usage.costUsd)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {spent.length > most && (
        <p className="meta">
          The {most} most expensive of {plural(spent.length, "node")}.
        </p>
      )}
      {value?.isPartial === true && <p className="meta">Of the first {formatCount(value.nodes.length)} nodes.</p>}
    </div>
  );
}

/** Containers last as long as what is in them, so they are left out. */
function LongestNodes({ run, now, onSelect }: RunPanelProps): ReactNode {
  const containers = new Set(run.graph.value?.map(({ parent }) => parent));
  const longest = [...run.view.nodes.values()]
    .filter(({ path }) => !containers.has(graphPathOf(path)))
    .map((view) => ({ path: view.path, state: view.state, ms: lastedMs(view, now) ?? 0 }))
    .filter(({ ms }) => ms > 0)
    .toSorted((one, other) => other.ms - one.ms)
    .slice(0, 5);
  if (longest.length === 0) return null;
  return (
    <div className="stack">
      <h3>Longest nodes</h3>
      <table className="table">
        <thead>
          <tr>
            <th>Node</th>
            <th className="number">Duration</th>
          </tr>
        </thead>
        <tbody>
          {longest.map(({ path, state, ms }) => (
            <tr key={path}>
              <td className="path-cell">
                <span className="with-state" data-state={state}>
                  <StateIcon state={state} />
                  <button type="button" className="button plain" onClick={() => onSelect(path)}>
                    {path}
                  </button>
                </span>
              </td>
              <td className="number">{formatDuration(ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
