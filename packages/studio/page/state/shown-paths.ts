import type { GraphNode } from "../api/types.ts";
import type { Items } from "./items.ts";
import { itemsAround } from "./node-path.ts";

/** Which item of a loop is shown: the selected one, else the one that was chosen last, else the first that failed. */
export function shownItem(
  loop: string,
  items: Items,
  at: string | undefined,
  chosen: ReadonlyMap<string, number>,
): number {
  const selected = at === undefined ? undefined : itemsAround(at).find((around) => around.loop === loop)?.index;
  const known = selected ?? chosen.get(loop);
  if (known !== undefined) return known;
  return Math.max(0, items.get(loop)?.indexOf("failed") ?? 0);
}

/** The path in the run of each node of the graph, with the items that are shown. */
export function shownPaths(
  graph: readonly GraphNode[],
  items: Items,
  itemOf: (loop: string) => number,
): ReadonlyMap<string, string> {
  const byPath = new Map(graph.map((node) => [node.path, node]));
  const paths = new Map<string, string>();
  const pathOf = (node: GraphNode): string => {
    const known = paths.get(node.path);
    if (known !== undefined) return known;
    const parent = node.parent === undefined ? undefined : byPath.get(node.parent);
    let path = node.path;
    if (parent !== undefined) {
      const above = pathOf(parent);
      const item = items.has(above) ? `[${itemOf(above)}]` : "";
      path = above + item + node.path.slice(parent.path.length);
    }
    paths.set(node.path, path);
    return path;
  };
  for (const node of graph) pathOf(node);
  return paths;
}
