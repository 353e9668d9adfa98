import { useState, type ReactNode } from "react";
import { Tabs } from "../controls/tabs.tsx";
import { StateChip } from "../controls/controls.tsx";
import { LoopItems } from "../graph/loop-items.tsx";
import { loopWords } from "../state/node-configs.ts";
import { graphPathOf, idOf } from "../state/node-path.ts";
import { countStates, type NodeState } from "../state/node-state.ts";
import type { NodeView } from "../state/run-reducer.ts";
import { ErrorBox } from "./error-box.tsx";
import type { NodeContext } from "./node-context.ts";
import { NodePanel } from "./node-panel.tsx";

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

const tabs = ["Items", "Node"] as const;

/** A loop: its items, and what failed in them. */
export function LoopPanel(props: LoopPanelProps): ReactNode {
  const { context, path, items, item, onItem } = props;
  const { configs, onSelect, run } = context;
  const { nodes } = run.view;
  const [tab, setTab] = useState<(typeof tabs)[number]>("Items");
  const counts = countStates(items);
  const done = items.length - (counts.pending ?? 0) - (counts.running ?? 0) - (counts.waiting ?? 0);
  const failed = [...nodes.values()].filter((node) => node.state === "failed" && node.path.startsWith(`${path}[`));
  const shown = failed.find((node) => node.path.startsWith(`${path}[${item}]`));
  return (
    <>
      <Tabs tabs={tabs} selected={tab} onSelect={setTab} label="Parts of the loop">
        <StateChip state={props.view?.state ?? "pending"} word={`${done} of ${items.length}`} pill />
      </Tabs>
      {tab === "Node" && <NodePanel {...props} others={[]} why={undefined} />}
      {tab === "Items" && (
        <div className="inspector-body" tabIndex={0} role="group" aria-label="Items">
          <div className="section-title">
            <h2>{idOf(path)}</h2>
            <span className="meta">{["loop", ...loopWords(configs.get(graphPathOf(path)))].join(" · ")}</span>
          </div>
          <LoopItems path={path} items={items} item={item} onItem={onItem} namesBody={false} />
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
                    <td className="mono">{node.error?.code}</td>
                    <td className="number">{node.attempt}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {shown?.error !== undefined && <ErrorBox error={shown.error} at={shown.path} />}
        </div>
      )}
    </>
  );
}
