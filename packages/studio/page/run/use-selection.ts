import { useCallback, useMemo, useState } from "react";
import type { GraphNode } from "../api/types.ts";
import { graphLook, type GraphLook } from "../graph/graph-look.ts";
import type { LiveRun } from "../live/use-run.ts";
import { itemsOf, type Items } from "../state/items.ts";
import { nodeOfItem, useGraphKeys } from "./use-graph-keys.ts";

/** What the selection of a path and of items means for the graph. */
export interface Selection {
  readonly graph: readonly GraphNode[];
  readonly items: Items;
  readonly look: GraphLook;
  readonly onItem: (loop: string, index: number) => void;
}

interface SelectionOptions {
  readonly run: LiveRun;
  readonly at: string | undefined;
  readonly now: number;
  readonly onSelect: (path: string | undefined) => void;
}

const nothing: readonly never[] = [];

/** The selected path with the items that are shown, and the keys that move it. */
export function useSelection({ run, at, now, onSelect }: SelectionOptions): Selection {
  const graph = run.graph.value ?? nothing;
  const { nodes } = run.view;
  const items = useMemo(() => itemsOf(nodes), [nodes]);
  const [chosen, setChosen] = useState<ReadonlyMap<string, number>>(new Map());
  const look = useMemo(
    () => graphLook({ graph, run: run.view, items, at, chosen, now }),
    [graph, run.view, items, at, chosen, now],
  );
  const onItem = useCallback(
    (loop: string, index: number) => {
      setChosen((before) => new Map(before).set(loop, index));
      onSelect(nodeOfItem(nodes, loop, index));
    },
    [nodes, onSelect],
  );
  useGraphKeys({ graph, look, nodes, items, at, onSelect, onItem });
  return { graph, items, look, onItem };
}
