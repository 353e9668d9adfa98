import { memo, type ReactNode } from "react";
import { StateChip } from "../controls/controls.tsx";
import { StateIcon, TypeIcon } from "../controls/icons.tsx";
import type { DrawnNode } from "../layout/draw-graph.ts";
import type { NodeState } from "../state/node-state.ts";

export interface CardProps {
  readonly drawn: DrawnNode;
  readonly path: string;
  readonly state: NodeState;
  /** A duration, or a word about the state. */
  readonly note: string;
  readonly isPlan: boolean;
  readonly isSelected: boolean;
  readonly onSelect: (path: string) => void;
}

export const Card = memo(function Card({
  drawn,
  path,
  state,
  note,
  isPlan,
  isSelected,
  onSelect,
}: CardProps): ReactNode {
  const { node, x, y, width, height, isSmall } = drawn;
  if (isSmall)
    return (
      <button
        type="button"
        className={isPlan ? "card small plan" : "card small"}
        data-state={state}
        data-path={path}
        aria-pressed={isSelected}
        aria-label={isPlan ? node.id : `${node.id}: ${state}`}
        title={isPlan ? node.id : `${node.id}: ${state}`}
        style={{ left: x, top: y, width, height }}
        onClick={() => onSelect(path)}
      >
        <span className="card-title" data-state={state}>
          {isPlan ? <TypeIcon type={node.type} /> : <StateIcon state={state} />}
          <span className="card-id">{node.id}</span>
        </span>
      </button>
    );
  return (
    <button
      type="button"
      className={isPlan ? "card plan" : "card"}
      data-state={state}
      data-path={path}
      aria-pressed={isSelected}
      style={{ left: x, top: y, width, height }}
      onClick={() => onSelect(path)}
    >
      <span className="card-title">
        <TypeIcon type={node.type} />
        <span className="card-id">{node.id}</span>
      </span>
      <span className="card-state">
        {!isPlan && <StateChip state={state} />}{" "}
        <span className="quiet" title={isPlan ? undefined : note}>
          {isPlan ? node.type : note}
        </span>
      </span>
    </button>
  );
});
