import { worstOf, type NodeState } from "./node-state.ts";
import type { NodeView } from "./run-reducer.ts";

/** The states of the items of each loop, by the path of the loop. An item that has not started has no state. */
export type Items = ReadonlyMap<string, readonly NodeState[]>;

/** Finds the items of loops in the paths of nodes: `a[3].b` is in item 3 of `a`. */
export function itemsOf(nodes: ReadonlyMap<string, NodeView>): Items {
  const states = new Map<string, NodeState[][]>();
  for (const { path, state } of nodes.values())
    for (const { 0: bracket, 1: index, index: at } of path.matchAll(/\[(\d+)\]/g)) {
      const loop = path.slice(0, at);
      let items = states.get(loop);
      if (items === undefined) states.set(loop, (items = []));
      if (bracket !== undefined) (items[Number(index)] ??= []).push(state);
    }
  return new Map(
    [...states].map(([loop, items]) => [
      loop,
      Array.from(items, (all) => (all === undefined ? "pending" : itemState(all))),
    ]),
  );
}

/** Nodes that were skipped because of a condition do not make an item skipped. */
function itemState(states: readonly NodeState[]): NodeState {
  return states.every((state) => state === "skipped") ? "skipped" : worstOf(states);
}

/** Items joined to at most `max` cells: each shows the worst of its items. */
export function cellsOf(
  items: readonly NodeState[],
  max = 400,
): { readonly first: number; readonly state: NodeState }[] {
  const size = Math.max(1, Math.ceil(items.length / max));
  const cells = [];
  for (let first = 0; first < items.length; first += size)
    cells.push({ first, state: size === 1 ? items[first]! : worstOf(items.slice(first, first + size)) });
  return cells;
}
