import { useState, type ReactNode } from "react";
import { FilterChip } from "../controls/controls.tsx";
import { cellsOf } from "../state/items.ts";
import { countStates, statesByWeight, stateWord, type NodeState } from "../state/node-state.ts";

export interface LoopItemsProps {
  readonly path: string;
  readonly items: readonly NodeState[];
  readonly item: number;
  readonly onItem: (loop: string, index: number) => void;
  /** Whether the shown body is named below. */
  readonly namesBody?: boolean;
}

/** The items of a loop in their order, one cell each. */
export function LoopItems({ path, items, item, onItem, namesBody = true }: LoopItemsProps): ReactNode {
  const [only, setOnly] = useState<NodeState>();
  const counts = countStates(items);
  const cells = cellsOf(items);
  const size = cells.length > 1 ? cells[1]!.first : 1;
  return (
    <div className="loop-items">
      <div className="chips">
        <FilterChip on={only === undefined} onToggle={() => setOnly(undefined)}>
          All {items.length}
        </FilterChip>
        {statesByWeight
          .filter((state) => (counts[state] ?? 0) > 0)
          .map((state) => (
            <FilterChip
              key={state}
              state={state}
              on={only === state}
              onToggle={() => setOnly(only === state ? undefined : state)}
            >
              {counts[state]} {state === "completed" ? "ok" : stateWord(state)}
            </FilterChip>
          ))}
        <span className="loop-step quiet">
          Item {item} <kbd>[</kbd> <kbd>]</kbd>
        </span>
      </div>
      <div className="cells" role="group" aria-label={`Items of ${path}`}>
        {cells.map(({ first, state }) => (
          <button
            key={first}
            type="button"
            tabIndex={-1}
            className="cell"
            data-state={state}
            data-dim={only !== undefined && state !== only}
            aria-pressed={item >= first && item < first + size}
            aria-label={`Item ${first}${size > 1 ? ` to ${Math.min(items.length, first + size) - 1}` : ""}: ${state}`}
            title={`${first}: ${state}`}
            onClick={() => onItem(path, first)}
          />
        ))}
      </div>
      {namesBody && (
        <p className="quiet loop-body">
          Body of{" "}
          <code>
            {path}[{item}]
          </code>
        </p>
      )}
    </div>
  );
}
