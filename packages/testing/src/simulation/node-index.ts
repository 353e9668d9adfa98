import type { ChildNode, Join } from "@ice/core";
import type { Scenario } from "./scenario.ts";

/** A node of a scenario, as the checkers need it. */
export interface IndexedNode {
  readonly node: ChildNode;
  readonly dependencies: readonly string[];
  readonly join: Join;
  /** Whether it adds a turn to a conversation in the store. */
  readonly keepsTurn: boolean;
  /** The list of its container that it is in: `body`, `branches.0`; undefined at the top of a workflow. */
  readonly group: string | undefined;
  /** Its own lists of nodes. */
  readonly groups: ReadonlyMap<string, readonly ChildNode[]>;
}

/** The nodes of a scenario, at every depth. Ids are unique in a scenario. */
export class NodeIndex {
  readonly #nodes = new Map<string, IndexedNode>();

  constructor({ blueprint, workflows }: Scenario) {
    for (const { nodes } of [blueprint, ...workflows]) this.#add(nodes as readonly ChildNode[], undefined);
  }

  /** The node at a path. */
  at(path: string): IndexedNode {
    return this.#nodes.get(idOf(path))!;
  }

  /** Whether a node below a prefix cleans up, or is inside something there that does. */
  cleansUp(path: string, prefix = ""): boolean {
    for (const inner of pathsTo(path))
      if (inner.length > prefix.length && isCleanupGroup(this.at(inner).group)) return true;
    return false;
  }

  /** The list of the container at `container` in which the node at `path` is, at any depth. */
  groupIn(container: string, path: string): string | undefined {
    const child = pathsTo(path).find((inner) => inner.length > container.length && isBelow(inner, container));
    return child && this.at(child).group;
  }

  #add(nodes: readonly ChildNode[], group: string | undefined): void {
    for (const node of nodes) {
      const groups = groupsOf(node);
      this.#nodes.set(node.id, {
        node,
        dependencies: (node["dependencies"] as string[] | undefined) ?? [],
        join: (node["join"] as Join | undefined) ?? "all",
        keepsTurn: (node["memory"] as { readonly scope?: string } | undefined)?.scope === "store",
        group,
        groups,
      });
      for (const [key, list] of groups) this.#add(list, key);
    }
  }
}

/** Paths of the nodes around a node and its own, the outermost first: `a.b[3].c` is in `a` and `a.b`. */
export const pathsTo = (path: string): string[] =>
  [...path.matchAll(/(?:\[\d+\])?\./g)].map(({ index }) => path.slice(0, index)).concat(path);

/** Whether a path is inside the node at `container`, at any depth. */
export const isBelow = (path: string, container: string): boolean =>
  path.startsWith(container) && (path[container.length] === "." || path[container.length] === "[");

/** Whether the nodes of a list clean up. */
export const isCleanupGroup = (group: string | undefined): boolean =>
  group !== undefined && (group === "finally" || group.startsWith("compensate."));

/** Every node of a scenario, at every depth. */
export function nodesOf({ blueprint, workflows }: Scenario): readonly ChildNode[] {
  const inside = (nodes: readonly ChildNode[]): readonly ChildNode[] =>
    nodes.flatMap((node) => [node, ...[...groupsOf(node).values()].flatMap(inside)]);
  return [blueprint, ...workflows].flatMap(({ nodes }) => inside(nodes as readonly ChildNode[]));
}

const idOf = (path: string): string => path.slice(path.lastIndexOf(".") + 1);

/** The lists of children of a node, by the name that the engine gives them. */
export function groupsOf(node: ChildNode): ReadonlyMap<string, ChildNode[]> {
  const groups = new Map<string, ChildNode[]>();
  const add = (key: string, list: unknown): void => {
    if (list !== undefined) groups.set(key, list as ChildNode[]);
  };
  for (const key of ["body", "truePath", "falsePath", "otherwise", "finally"]) add(key, node[key]);
  for (const [index, branch] of ((node["branches"] as unknown[] | undefined) ?? []).entries())
    add(`branches.${index}`, branch);
  for (const [index, { path }] of ((node["cases"] as { path: unknown }[] | undefined) ?? []).entries())
    add(`cases.${index}`, path);
  add("catch", (node["catch"] as { body?: unknown } | undefined)?.body);
  for (const [id, list] of Object.entries((node["compensate"] as object | undefined) ?? {}))
    add(`compensate.${id}`, list);
  return groups;
}
