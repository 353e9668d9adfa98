import { useCallback, useMemo, useState } from "react";
import type { GraphNode, RunBlueprint } from "../api/types.ts";
import { graphLook, type GraphLook } from "../graph/graph-look.ts";
import type { Revealed } from "../graph/use-reveal.ts";
import type { LiveRun } from "../live/use-run.ts";
import { itemsOf, type Items } from "../state/items.ts";
import { nodeConfigs, type NodeConfigs } from "../state/node-configs.ts";
import { nodeOfItem, useGraphKeys } from "./use-graph-keys.ts";

/** What the selection of a path and of items means for the graph. */
export interface Selection {
  readonly graph: readonly GraphNode[];
  readonly items: Items;
  readonly look: GraphLook;
  /** What the blueprint says about the nodes; empty until it is there. */
  readonly configs: NodeConfigs;
  readonly onItem: (loop: string, index: number) => void;
  /** Selects a path, and brings it into view in the graph. */
  readonly onReveal: (path: string) => void;
  /** What was brought into view last. */
  readonly revealed: Revealed | undefined;
}

interface SelectionOptions {
  readonly run: LiveRun;
  readonly at: string | undefined;
  readonly now: number;
  readonly blueprint: RunBlueprint | undefined;
  readonly onSelect: (path: string | undefined) => void;
}

const nothing: readonly never[] = [];
const noConfigs: NodeConfigs = new Map();

/** The selected path with the items that are shown, and the keys that move it. */
export function useSelection({ run, at, now, blueprint, onSelect }: SelectionOptions): Selection {
  const graph = run.graph.value ?? nothing;
  const { nodes } = run.view;
  const bodySizes = useMemo(() => sizesOf(graph), [graph]);
  const items = useMemo(() => itemsOf(nodes, bodySizes), [nodes, bodySizes]);
  const document = blueprint?.blueprint;
  const configs = useMemo(() => {
    const paths = new Set(graph.map(({ path }) => path));
    return document === undefined ? noConfigs : nodeConfigs(document, (path) => paths.has(path));
  }, [document, graph]);
  const [chosen, setChosen] = useState<ReadonlyMap<string, number>>(new Map());
  const look = useMemo(
    () => graphLook({ graph, run: run.view, items, at, chosen, now, configs }),
    [graph, run.view, items, at, chosen, now, configs],
  );
  const onItem = useCallback(
    (loop: string, index: number) => {
      setChosen((before) => new Map(before).set(loop, index));
      onSelect(nodeOfItem(nodes, loop, index));
    },
    [nodes, onSelect],
  );
  const [revealed, setRevealed] = useState<Revealed>();
  const onReveal = useCallback(
    (path: string) => {
      setRevealed({ path });
      onSelect(path);
    },
    [onSelect],
  );
  useGraphKeys({ graph, look, nodes, items, at, onSelect: onReveal, onItem });
  return { graph, items, look, configs, onItem, onReveal, revealed };
}

/** How many nodes are in each container. */
function sizesOf(graph: readonly GraphNode[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { parent } of graph) if (parent !== undefined) sizes.set(parent, (sizes.get(parent) ?? 0) + 1);
  return sizes;
}
