import type { AnalyzedBlueprint, AnalyzedScope } from "@ice/core/internal";

/** The graph of a workflow or network as data. Nested nodes refer to their container and group. */
export interface BlueprintGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** A node of a graph. */
export interface GraphNode {
  /** Path without iterations: `listings.price`. */
  readonly path: string;
  readonly id: string;
  /** Its node type; in a network, the reference to the workflow. */
  readonly type: string;
  readonly name?: string;
  /** Path of the container and the group in it (`body`, `truePath`, `branches.0`). */
  readonly parent?: string;
  readonly group?: string;
}

/** `to` waits for `from`; both are paths. `loop`: a declared back edge. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

/** The nodes and dependencies of a workflow or network, declared and inferred, including nested ones, in list order. */
export function graphOf({ kind, nodes }: AnalyzedBlueprint): BlueprintGraph {
  const graph = { nodes: [] as GraphNode[], edges: [] as GraphEdge[] };
  addScope(nodes, undefined, undefined, graph);
  if (kind !== "network") return graph;
  const refs = new Map(nodes.nodes.map(({ node }) => [node.id, String(node["ref"])]));
  return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, type: refs.get(node.id) ?? node.type })) };
}

function addScope(
  scope: AnalyzedScope,
  parent: string | undefined,
  group: string | undefined,
  graph: { nodes: GraphNode[]; edges: GraphEdge[] },
): void {
  const paths = scope.nodes.map(({ node }) => (parent === undefined ? node.id : `${parent}.${node.id}`));
  for (const [position, { node, dependencies, children }] of scope.nodes.entries()) {
    const path = paths[position]!;
    graph.nodes.push({
      path,
      id: node.id,
      type: node.type,
      ...(node.name === undefined ? {} : { name: node.name }),
      ...(parent === undefined ? {} : { parent }),
      ...(group === undefined ? {} : { group }),
    });
    for (const dependency of dependencies) graph.edges.push({ from: paths[dependency]!, to: path });
    for (const [key, child] of children) addScope(child, path, key, graph);
  }
}
