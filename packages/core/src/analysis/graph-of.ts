import type { GraphEdge, GraphNode, WorkflowGraph } from "../result/workflow-graph.ts";
import type { AnalyzedBlueprint, AnalyzedNode, AnalyzedScope } from "./analyzed-blueprint.ts";

/** The nodes and dependencies of a workflow or network, declared and inferred, including nested ones, in list order. */
export function graphOf({ kind, nodes }: AnalyzedBlueprint): WorkflowGraph {
  const graph = { nodes: [] as GraphNode[], edges: [] as GraphEdge[] };
  addScope(nodes, {}, graph);
  if (kind !== "network") return graph;
  const refs = new Map(nodes.nodes.map(({ node }) => [node.id, String(node["ref"])]));
  return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, type: refs.get(node.id) ?? node.type })) };
}

/** The list in which a node stands. */
type Place = Pick<GraphNode, "parent" | "group" | "groupLabel">;

function addScope(scope: AnalyzedScope, place: Place, graph: { nodes: GraphNode[]; edges: GraphEdge[] }): void {
  const { parent } = place;
  const paths = scope.nodes.map(({ node }) => (parent === undefined ? node.id : `${parent}.${node.id}`));
  for (const [position, analyzed] of scope.nodes.entries()) {
    const { node, dependencies, children } = analyzed;
    const path = paths[position]!;
    const shape = shapeOf(analyzed);
    graph.nodes.push({
      path,
      id: node.id,
      type: node.type,
      ...(node.name === undefined ? {} : { name: node.name }),
      ...(shape === undefined ? {} : { shape }),
      ...place,
    });
    for (const dependency of dependencies) graph.edges.push({ from: paths[dependency]!, to: path });
    const labels = labelsOf(analyzed);
    for (const [group, child] of children) {
      const groupLabel = labels.get(group);
      addScope(child, { parent: path, group, ...(groupLabel === undefined ? {} : { groupLabel }) }, graph);
    }
  }
}

function shapeOf({ type: { definition } }: AnalyzedNode): GraphNode["shape"] {
  if (definition.ends) return "end";
  return definition.suspends ? "wait" : undefined;
}

const labelsOf = ({ node, type }: AnalyzedNode): ReadonlyMap<string, string | undefined> =>
  new Map(type.definition.children?.(node).map(({ key, label }) => [key, label]));
