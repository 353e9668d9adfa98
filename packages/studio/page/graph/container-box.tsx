import type { ReactNode } from "react";
import { StateChip } from "../controls/controls.tsx";
import { Icon, TypeIcon } from "../controls/icons.tsx";
import type { DrawnNode } from "../layout/draw-graph.ts";
import { openStates, statesByWeight, type Counts, type NodeState } from "../state/node-state.ts";
import { LoopItems } from "./loop-items.tsx";

export interface ContainerBoxProps {
  readonly drawn: DrawnNode;
  readonly path: string;
  readonly state: NodeState;
  readonly kind: string;
  readonly isPlan: boolean;
  readonly counts: Counts;
  readonly items: readonly NodeState[] | undefined;
  readonly item: number;
  readonly isSelected: boolean;
  readonly onSelect: (path: string) => void;
  readonly onToggle: (graphPath: string) => void;
  readonly onItem: (loop: string, index: number) => void;
}

/** A box around the nodes in it; closed it says how many there are of each state. */
export function ContainerBox(props: ContainerBoxProps): ReactNode {
  const { drawn, path, state, kind, isPlan, counts, items, item, isSelected, onSelect, onToggle, onItem } = props;
  const { node, x, y, width, height, isOpen } = drawn;
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const done = all - openStates.reduce((sum, one) => sum + (counts[one] ?? 0), 0);
  const bad = statesByWeight.filter((one) => ["failed", "waiting", "retrying"].includes(one) && (counts[one] ?? 0) > 0);
  return (
    <div
      className={`container ${isOpen ? "open" : "closed"}`}
      data-state={state}
      data-selected={isSelected}
      style={{ left: x, top: y, width, height }}
    >
      <div className="container-head">
        <button
          type="button"
          className="fold"
          aria-expanded={isOpen}
          aria-label={`${isOpen ? "Close" : "Open"} ${node.id}`}
          onClick={() => onToggle(node.path)}
        >
          <Icon name={isOpen ? "down" : "chevron"} />
        </button>
        <button
          type="button"
          className="container-name"
          data-path={path}
          aria-pressed={isSelected}
          onClick={() => onSelect(path)}
        >
          <TypeIcon type={node.type} />
          <span className="card-id">{node.id}</span>
          {isOpen && <span className="quiet">{kind}</span>}
        </button>
        <span className="container-count">
          {isPlan ? "" : all > 0 ? `${done} of ${all}` : ""}
          {isOpen && bad.map((one) => <StateChip key={one} state={one} word={`${counts[one]} ${one}`} pill />)}
        </span>
      </div>
      {!isOpen && (
        <div className="card-state">
          {isPlan ? <span className="quiet">{all} nodes</span> : <StateChip state={state} />}
          {bad
            .filter((one) => one !== state)
            .map((one) => (
              <StateChip key={one} state={one} word={`${counts[one]} ${one}`} />
            ))}
        </div>
      )}
      {isOpen && items !== undefined && items.length > 0 && (
        <LoopItems path={path} items={items} item={item} onItem={onItem} />
      )}
    </div>
  );
}
