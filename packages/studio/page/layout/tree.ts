import type { GraphNode } from "../api/types.ts";

/** A node among those that are laid out together. */
interface Member {
  readonly node: GraphNode;
  /** Paths of those on its left. */
  readonly after: readonly string[];
  /** What is in it, if it is a container. */
  readonly scope?: Scope;
}

export interface Scope {
  /** Of the container; empty for the workflow. */
  readonly path: string;
  readonly groups: readonly { readonly key: string; readonly label: string; readonly members: readonly Member[] }[];
}

/** Their branches are drawn behind them, not in them: that is how a choice is read. */
const choices = new Set(["condition", "switch"]);

export const isChoice = ({ type }: Pick<GraphNode, "type">): boolean => choices.has(type);

/** The containers of a graph with what is in them. */
export function treeOf(graph: readonly GraphNode[]): Scope {
  const children = new Map<string, GraphNode[]>();
  for (const node of graph) {
    const parent = node.parent ?? "";
    children.set(parent, [...(children.get(parent) ?? []), node]);
  }
  return scopeOf("", children);
}

type Children = ReadonlyMap<string, readonly GraphNode[]>;

function scopeOf(path: string, children: Children): Scope {
  const groups = new Map<string, GraphNode[]>();
  for (const node of children.get(path) ?? []) {
    const key = node.group ?? "";
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return {
    path,
    groups: [...groups].map(([key, nodes]) => ({
      key,
      label: nodes[0]?.groupLabel ?? key,
      members: membersOf(nodes, children, []),
    })),
  };
}

/** @param before - paths that the nodes without dependencies come after. */
function membersOf(nodes: readonly GraphNode[], children: Children, before: readonly string[]): Member[] {
  const ends = new Map<string, readonly string[]>();
  const members: Member[] = [];
  for (const node of nodes) {
    const inside = children.get(node.path) ?? [];
    if (!isChoice(node) || inside.length === 0) continue;
    const branches = membersOf(inside, children, [node.path]);
    members.push(...branches);
    ends.set(node.path, endsOf(branches));
  }
  const own = nodes.map((node): Member => {
    const dependencies = node.dependencies.flatMap((path) => ends.get(path) ?? [path]);
    const isContainer = !isChoice(node) && (children.get(node.path)?.length ?? 0) > 0;
    return {
      node,
      after: dependencies.length === 0 ? before : dependencies,
      ...(isContainer && { scope: scopeOf(node.path, children) }),
    };
  });
  return [...own, ...members];
}

/** Those that nothing comes after. */
function endsOf(members: readonly Member[]): string[] {
  const followed = new Set(members.flatMap(({ after }) => after));
  return members.map(({ node }) => node.path).filter((path) => !followed.has(path));
}
