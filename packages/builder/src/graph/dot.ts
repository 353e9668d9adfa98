import type { BlueprintGraph } from "./blueprint-graph.ts";

/** The graph in the DOT language of Graphviz (https://graphviz.org/doc/info/lang.html); containers are clusters. */
export function toDot({ nodes, edges }: BlueprintGraph): string {
  const children = Map.groupBy(nodes, ({ parent }) => parent);
  const lines = ["digraph workflow {", "  node [shape=box, style=rounded];"];
  const draw = (parent: string | undefined, indent: string): void => {
    for (const { path, id, type } of children.get(parent) ?? []) {
      lines.push(`${indent}${quote(path)} [label=${quote(`${id}\n${type}`)}];`);
      if (!children.has(path)) continue;
      lines.push(`${indent}subgraph ${quote(`cluster_${path}`)} {`, `${indent}  label=${quote(id)};`);
      draw(path, `${indent}  `);
      lines.push(`${indent}}`);
    }
  };
  draw(undefined, "  ");
  for (const { from, to } of edges) lines.push(`  ${quote(from)} -> ${quote(to)};`);
  return `${lines.join("\n")}\n}\n`;
}

const quote = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
