import type { ReactNode } from "react";
import { LoopItems } from "../graph/loop-items.tsx";
import { idOf } from "../state/node-path.ts";
import { countStates, openStates, type NodeState } from "../state/node-state.ts";
import type { NodeView } from "../state/run-reducer.ts";
import { ErrorBox } from "./error-box.tsx";
import { ItemNodes } from "./item-nodes.tsx";
import type { NodeContext } from "./node-context.ts";
import { NodePanel } from "./node-panel.tsx";
import { UsageWithin } from "./usage-facts.tsx";

interface LoopPanelProps {
  readonly context: NodeContext;
  readonly path: string;
  readonly type: string;
  readonly view: NodeView | undefined;
  readonly now: number;
  readonly items: readonly NodeState[];
  readonly item: number;
  readonly onItem: (loop: string, index: number) => void;
}

/** A loop: its items, and what failed in them. */
export function LoopPanel({ items, item, onItem, ...props }: LoopPanelProps): ReactNode {
  const counts = countStates(items);
  const done = items.length - openStates.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  const tab = <ItemsTab context={props.context} path={props.path} items={items} item={item} onItem={onItem} />;
  return (
    <NodePanel
      key={props.path}
      {...props}
      others={[]}
      why={undefined}
      items={{ word: `${done} of ${items.length}`, tab }}
    />
  );
}

type ItemsTabProps = Pick<LoopPanelProps, "context" | "path" | "items" | "item" | "onItem">;

function ItemsTab({ context, path, items, item, onItem }: ItemsTabProps): ReactNode {
  const { run, onSelect } = context;
  const failed = [...run.view.nodes.values()].filter(
    (node) => node.state === "failed" && node.path.startsWith(`${path}[`),
  );
  const shown = failed.find((node) => node.path.startsWith(`${path}[${item}]`));
  return (
    <>
      <LoopItems path={path} items={items} item={item} onItem={onItem} namesBody={false} />
      <UsageWithin context={context} path={path} />
      {shown === undefined && <ItemNodes run={run} path={path} item={item} onSelect={onSelect} />}
      {failed.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th>Item</th>
              <th>Node</th>
              <th>Error</th>
              <th className="number">Attempt</th>
            </tr>
          </thead>
          <tbody>
            {failed.slice(0, 100).map((node) => (
              <tr key={node.path} aria-selected={node === shown}>
                <td>{/\[(\d+)\]/.exec(node.path.slice(path.length))?.[1]}</td>
                <td>
                  <button type="button" className="button plain" onClick={() => onSelect(node.path)}>
                    {idOf(node.path)}
                  </button>
                </td>
                <td className="code">
                  <code>{node.error?.code}</code>
                </td>
                <td className="number">{node.attempt}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown?.error !== undefined && (
        <div className="stack">
          <div className="section-title">
            <h3>Item {item}</h3>
            <span className="meta">{shown.path}</span>
          </div>
          <ErrorBox error={shown.error} at={shown.path} />
        </div>
      )}
    </>
  );
}
