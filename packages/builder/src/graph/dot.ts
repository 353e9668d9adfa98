import type { BlueprintGraph, GraphEdge, GraphNode } from "./blueprint-graph.ts";
import { framesOf, type Frames } from "./frames.ts";

/**
 * The graph in the DOT language of Graphviz (https://graphviz.org/doc/info/lang.html); containers and their groups are clusters, ends
 * are double ellipses, nodes that wait for days are hexagons.
 */
export function toDot(graph: BlueprintGraph): string {
  const frames = framesOf(graph);
  const lines = ["digraph workflow {", "  compound=true;", "  node [shape=box, style=rounded];"];
  const drawInside = (parent: string | undefined, indent: string): void => {
    for (const { key, label, nodes } of frames.get(parent) ?? []) {
      const drawNodes = (inner: string): void => nodes.forEach((node) => draw(node, inner));
      if (label === undefined) drawNodes(indent);
      else cluster({ key, label, style: "dashed" }, indent, drawNodes);
    }
  };
  const draw = (node: GraphNode, indent: string): void => {
    const { path, shape } = node;
    if (frames.has(path))
      cluster({ key: path, label: labelOf(node), style: "solid" }, indent, (inner) => drawInside(path, inner));
    else
      lines.push(`${indent}${quote(path)} [label=${quote(labelOf(node))}${shape === undefined ? "" : shapes[shape]}];`);
  };
  const cluster = ({ key, label, style }: Cluster, indent: string, content: (indent: string) => void): void => {
    lines.push(`${indent}subgraph ${quote(clusterOf(key))} {`);
    lines.push(`${indent}  label=${quote(label)}; style=${style};`);
    content(`${indent}  `);
    lines.push(`${indent}}`);
  };
  drawInside(undefined, "  ");
  const edgeOf = edges(graph, frames);
  for (const edge of graph.edges) lines.push(`  ${edgeOf(edge)}`);
  return `${lines.join("\n")}\n}\n`;
}

interface Cluster {
  readonly key: string;
  readonly label: string;
  readonly style: "solid" | "dashed";
}

const shapes = { end: ", shape=ellipse, peripheries=2", wait: ", shape=hexagon" } as const;

const clusterOf = (key: string): string => `cluster_${key}`;

/** Edges run between nodes: for a container, from the last or to the first node of its largest frame, cut at its border. */
function edges({ edges: all }: BlueprintGraph, frames: Frames): (edge: GraphEdge) => string {
  const isTarget = new Set(all.map(({ to }) => to));
  const isSource = new Set(all.map(({ from }) => from));
  const inside = (path: string): readonly GraphNode[] => {
    const [largest] = (frames.get(path) ?? []).toSorted((one, other) => other.nodes.length - one.nodes.length);
    return largest?.nodes ?? [];
  };
  const first = (path: string): string => {
    const node = inside(path).find((each) => !isTarget.has(each.path));
    return node === undefined ? path : first(node.path);
  };
  const last = (path: string): string => {
    const node = inside(path).findLast((each) => !isSource.has(each.path));
    return node === undefined ? path : last(node.path);
  };
  return ({ from, to }) => {
    const cuts = [
      ...(frames.has(from) ? [`ltail=${quote(clusterOf(from))}`] : []),
      ...(frames.has(to) ? [`lhead=${quote(clusterOf(to))}`] : []),
    ];
    return `${quote(last(from))} -> ${quote(first(to))}${cuts.length === 0 ? "" : ` [${cuts.join(", ")}, minlen=2]`};`;
  };
}

const labelOf = ({ id, name, type }: GraphNode): string => `${name ?? id}\n${type}`;
const quote = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
