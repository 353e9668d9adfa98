import type { GraphNode } from "../api/types.ts";
import type { GraphLook } from "../graph/graph-look.ts";
import { useKeys } from "../router/keys.ts";
import type { Items } from "../state/items.ts";
import { graphPathOf, itemsAround } from "../state/node-path.ts";
import { statesByWeight } from "../state/node-state.ts";
import type { NodeView } from "../state/run-reducer.ts";

interface GraphKeysOptions {
  readonly graph: readonly GraphNode[];
  readonly look: GraphLook;
  readonly nodes: ReadonlyMap<string, NodeView>;
  readonly items: Items;
  readonly at: string | undefined;
  readonly onSelect: (path: string) => void;
  readonly onItem: (loop: string, index: number) => void;
}

/** Arrows walk along edges and among siblings, `[` and `]` step through the items, `F` goes to the next failure. */
export function useGraphKeys({ graph, look, nodes, items, at, onSelect, onItem }: GraphKeysOptions): void {
  const here = at === undefined ? undefined : graph.find(({ path }) => path === graphPathOf(at));
  const goTo = (node: GraphNode | undefined): void => node && onSelect(look.pathOf(node.path));
  const siblings = graph.filter(({ parent }) => parent === here?.parent);
  const sibling = (step: number): void => {
    if (here === undefined) goTo(graph[0]);
    else goTo(siblings[siblings.indexOf(here) + step]);
  };
  const right = (): void => {
    if (here === undefined) return goTo(graph[0]);
    const next = graph.find(({ dependencies }) => dependencies.includes(here.path));
    return goTo(next ?? graph.find(({ parent }) => parent === here.path));
  };
  const left = (): void => {
    const before = graph.find(({ path }) => here?.dependencies.includes(path) === true);
    goTo(before ?? graph.find(({ path }) => path === here?.parent));
  };
  const stepItem = (step: number): void => {
    const around = at === undefined ? undefined : itemsAround(at).at(-1);
    const loop = at !== undefined && items.has(at) ? at : (around?.loop ?? [...items.keys()][0]);
    if (loop === undefined) return;
    const count = items.get(loop)?.length ?? 0;
    const index = around?.loop === loop ? around.index : look.itemOf(loop);
    if (index + step >= 0 && index + step < count) onItem(loop, index + step);
  };
  const nextFailure = (): void => {
    const failed = [...nodes.values()].filter(({ state }) => state === "failed").map(({ path }) => path);
    failed.sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
    const next = failed[(at === undefined ? -1 : failed.indexOf(at)) + 1] ?? failed[0];
    if (next !== undefined) onSelect(next);
  };
  const only =
    (act: () => void) =>
    (event: KeyboardEvent): void => {
      if (event.target instanceof HTMLElement && event.target.closest("[role=separator], input, form") !== null) return;
      event.preventDefault();
      act();
    };
  useKeys({
    ArrowRight: only(right),
    ArrowLeft: only(left),
    ArrowDown: only(() => sibling(1)),
    ArrowUp: only(() => sibling(-1)),
    j: only(() => sibling(1)),
    k: only(() => sibling(-1)),
    "[": only(() => stepItem(-1)),
    "]": only(() => stepItem(1)),
    f: only(nextFailure),
  });
}

/** The node of an item to look at first: the worst, else its first one. */
export function nodeOfItem(nodes: ReadonlyMap<string, NodeView>, loop: string, index: number): string {
  const prefix = `${loop}[${index}].`;
  let best: NodeView | undefined;
  for (const node of nodes.values()) {
    if (!node.path.startsWith(prefix)) continue;
    if (best === undefined || statesByWeight.indexOf(node.state) < statesByWeight.indexOf(best.state)) best = node;
  }
  return best?.path ?? loop;
}
