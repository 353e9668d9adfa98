import type { GraphNode } from "../api/types.ts";
import { briefDuration } from "../format/format.ts";
import type { DrawnNode } from "../layout/draw-graph.ts";
import { isChoice } from "../layout/tree.ts";
import { cellsOf, type Items } from "../state/items.ts";
import { loopWords, maxAttempts, type NodeConfigs } from "../state/node-configs.ts";
import { graphPathOf, idOf } from "../state/node-path.ts";
import { countStates, openStates, type Counts, type NodeState } from "../state/node-state.ts";
import type { NodeView, RunView } from "../state/run-reducer.ts";
import { shownItem, shownPaths } from "../state/shown-paths.ts";
import { lastedMs } from "../state/spans.ts";
import type { Painted } from "./paint.ts";

/** What the nodes of a graph look like in a run. Paths are those of the graph unless it says otherwise. */
export interface GraphLook {
  /** The path in the run. */
  pathOf(graphPath: string): string;
  stateOf(graphPath: string): NodeState;
  noteOf(graphPath: string): string;
  /** The type of a container, and how it runs: `loop · parallel 8 · collect`. */
  kindOf(node: GraphNode): string;
  /** Of what is in a container: the items of a loop, else the nodes. */
  countsOf(graphPath: string): Counts;
  /** How much is in a container: `48 items`, `143 of 246`; empty for other nodes. */
  sizeOf(graphPath: string): string;
  itemsOf(loop: string): readonly NodeState[] | undefined;
  itemOf(loop: string): number;
  isDotted(graphPath: string): boolean;
  paint(node: DrawnNode, at: string | undefined): Painted;
  /** Of all nodes of the run, in all items. */
  readonly allCounts: Counts;
  /** A path in the run with this state. */
  firstOf(state: NodeState): string | undefined;
  /** Whether there is no run: then the types of the nodes are shown instead of states. */
  readonly isPlan: boolean;
  readonly cellCounts: ReadonlyMap<string, number>;
}

interface LookOptions {
  readonly graph: readonly GraphNode[];
  readonly run: RunView;
  readonly items: Items;
  readonly at: string | undefined;
  readonly chosen: ReadonlyMap<string, number>;
  readonly now: number;
  /** What the blueprint says about the nodes, if it is known. */
  readonly configs?: NodeConfigs;
}

const quiet = new Set<NodeState>(["pending", "skipped"]);

export function graphLook({ graph, run, items, at, chosen, now, configs }: LookOptions): GraphLook {
  const itemOf = (loop: string): number => shownItem(loop, items, at, chosen);
  const paths = shownPaths(graph, items, itemOf);
  const pathOf = (graphPath: string): string => paths.get(graphPath) ?? graphPath;
  const viewOf = (graphPath: string): NodeView | undefined => run.nodes.get(pathOf(graphPath));
  const byPath = new Map(graph.map((node) => [node.path, node]));
  // What is in a container that was skipped has no record.
  const stateOf = (graphPath: string): NodeState => {
    const own = viewOf(graphPath)?.state;
    const parent = byPath.get(graphPath)?.parent;
    return own ?? (parent !== undefined && stateOf(parent) === "skipped" ? "skipped" : "pending");
  };
  const children = Map.groupBy(graph, ({ parent }) => parent ?? "");
  const within = (graphPath: string): NodeState[] =>
    (children.get(graphPath) ?? []).flatMap((node) => [stateOf(node.path), ...within(node.path)]);
  const countsOf = (graphPath: string): Counts => countStates(items.get(pathOf(graphPath)) ?? within(graphPath));
  const cells = [...items].map(([loop, states]) => [graphPathOf(loop), cellsOf(states).length] as const);
  return {
    pathOf,
    stateOf,
    countsOf,
    itemOf,
    sizeOf: (graphPath) =>
      isChoice(byPath.get(graphPath) ?? { type: "" })
        ? ""
        : sizeText(countsOf(graphPath), items.has(pathOf(graphPath))),
    itemsOf: (loop) => items.get(loop),
    noteOf(graphPath) {
      const view = viewOf(graphPath);
      if (view === undefined && run.events.length > 0) return afterText(byPath.get(graphPath), stateOf);
      return noteOf(view, now, maxAttempts(configs?.get(graphPath)));
    },
    kindOf: ({ path, type }) => [type, ...(type === "loop" ? loopWords(configs?.get(path)) : [])].join(" · "),
    isDotted: (graphPath) => run.events.length > 0 && quiet.has(stateOf(graphPath)),
    firstOf: (state) => [...run.nodes.values()].find((node) => node.state === state)?.path,
    paint({ node, kind }, selected) {
      const items = kind === "box" ? this.itemsOf(pathOf(node.path)) : undefined;
      return {
        state: stateOf(node.path),
        isSelected: pathOf(node.path) === selected,
        ...(kind === "box" && { note: progressOf(countsOf(node.path)) }),
        ...(items !== undefined && { items }),
      };
    },
    allCounts: countStates([...run.nodes.values()].map(({ state }) => state)),
    isPlan: run.events.length === 0,
    cellCounts: new Map(cells),
  };
}

/** `after review`: what a node still waits for. */
function afterText(node: GraphNode | undefined, stateOf: (path: string) => NodeState): string {
  if (node === undefined || stateOf(node.path) !== "pending") return "";
  const open = node.dependencies.filter((path) => !["completed", "skipped"].includes(stateOf(path)));
  return open.length === 0 ? "" : `after ${open.slice(0, 2).map(idOf).join(", ")}`;
}

function noteOf(view: NodeView | undefined, now: number, most: number | undefined): string {
  if (view === undefined || view.state === "pending" || view.state === "skipped") return "";
  const ms = lastedMs(view, now);
  if (view.state === "failed" && view.attempt > 0)
    return most === undefined ? `attempt ${view.attempt}` : `${view.attempt} of ${Math.max(most, view.attempt)}`;
  return ms === undefined ? "" : briefDuration(ms);
}

function sizeText(counts: Counts, isLoop: boolean): string {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (all === 0) return "";
  const done = all - openOf(counts);
  return done < all ? `${done} of ${all}` : isLoop ? `${all} items` : String(all);
}

const openOf = (counts: Counts): number => openStates.reduce((sum, state) => sum + (counts[state] ?? 0), 0);

/** `143 of 246`, `221 of 221 · 2 failed`. */
function progressOf(counts: Counts): string {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const open = openOf(counts);
  const failed = counts.failed ?? 0;
  return `${all - open} of ${all}${failed > 0 ? ` · ${failed} failed` : ""}`;
}
