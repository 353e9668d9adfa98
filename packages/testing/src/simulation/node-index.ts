import type { ChildNode, Join } from "@ice/core";
import type { Scenario } from "./scenario.ts";

/** The fields of a node from which the checker derives when it may run. */
export interface IndexedNode {
  readonly dependencies: readonly string[];
  readonly join: Join;
  /** Whether it adds a turn to a conversation in the store. */
  readonly keepsTurn: boolean;
}

/** The nodes of a scenario by id, at every depth. Ids are unique in a scenario. */
export function indexNodes({ blueprint, workflows }: Scenario): ReadonlyMap<string, IndexedNode> {
  const known = new Map<string, IndexedNode>();
  const add = (nodes: unknown): void => {
    for (const node of nodes as readonly ChildNode[]) {
      known.set(node.id, {
        dependencies: (node["dependencies"] as string[] | undefined) ?? [],
        join: (node["join"] as Join | undefined) ?? "all",
        keepsTurn: (node["memory"] as { readonly scope?: string } | undefined)?.scope === "store",
      });
      for (const group of groupsOf(node)) add(group);
    }
  };
  for (const { nodes } of [blueprint, ...workflows]) add(nodes);
  return known;
}

/** The lists of children of a node. */
export function groupsOf(node: ChildNode): readonly ChildNode[][] {
  const lists = [
    node["body"],
    node["truePath"],
    node["falsePath"],
    ...((node["branches"] as unknown[] | undefined) ?? []),
  ];
  return lists.filter((list) => list !== undefined) as ChildNode[][];
}
