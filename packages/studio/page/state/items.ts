import { worstOf, type NodeState } from "./node-state.ts";
import { graphPathOf } from "./node-path.ts";
import type { NodeView } from "./run-reducer.ts";

/** The states of the items of each loop, by the path of the loop. An item that has not started is pending. */
export type Items = ReadonlyMap<string, readonly NodeState[]>;

/** The nodes of an item that have begun. */
interface Item {
  readonly states: NodeState[];
  /** How many of them are in the body itself, and not in containers in it. */
  direct: number;
}

/**
 * Finds the items of loops in the paths of nodes: `a[3].b` is in item 3 of `a`. The start of a loop says how many there are.
 *
 * @param bodySizes - how many nodes the body of a loop has, by its path in the graph: as long as some of them have not begun, the
 * item of a loop in progress runs.
 */
export function itemsOf(
  nodes: ReadonlyMap<string, NodeView>,
  bodySizes: ReadonlyMap<string, number> = new Map(),
): Items {
  const found = new Map<string, (Item | undefined)[]>();
  const itemsIn = (loop: string): (Item | undefined)[] => {
    const known = found.get(loop) ?? [];
    found.set(loop, known);
    return known;
  };
  for (const { path, state, items = 0 } of nodes.values()) {
    if (items > 0) {
      const own = itemsIn(path);
      own.length = Math.max(own.length, items);
    }
    for (const { 0: bracket, 1: index, index: at } of path.matchAll(/\[(\d+)\]/g)) {
      const item = (itemsIn(path.slice(0, at))[Number(index)] ??= { states: [], direct: 0 });
      item.states.push(state);
      if (!/[.[]/.test(path.slice(at + bracket.length + 1))) item.direct += 1;
    }
  }
  return new Map(
    [...found].map(([loop, items]) => {
      const size = nodes.get(loop)?.state === "running" ? (bodySizes.get(graphPathOf(loop)) ?? 0) : 0;
      return [loop, Array.from(items, (item) => itemState(item, size))];
    }),
  );
}

/** Nodes that were skipped because of a condition do not make an item skipped. */
function itemState(item: Item | undefined, size: number): NodeState {
  if (item === undefined) return "pending";
  if (item.states.every((state) => state === "skipped")) return "skipped";
  const worst = worstOf(item.states);
  return worst === "completed" && item.direct < size ? "running" : worst;
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
