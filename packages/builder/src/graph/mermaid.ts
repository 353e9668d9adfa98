import type { BlueprintGraph, GraphNode } from "./blueprint-graph.ts";

/** The graph as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html); containers are subgraphs. */
export function toMermaid(graph: BlueprintGraph): string {
  const lines = ["flowchart TD"];
  const nameOf = names();
  const children = Map.groupBy(graph.nodes, ({ parent }) => parent);
  const draw = (node: GraphNode, indent: string): void => {
    const inner = children.get(node.path);
    if (inner === undefined) {
      lines.push(`${indent}${nameOf(node.path)}["${labelOf(node)}"]`);
      return;
    }
    lines.push(`${indent}subgraph ${nameOf(node.path)}["${labelOf(node)}"]`);
    for (const [group, members] of Map.groupBy(inner, (child) => child.group)) {
      if (inner.length === members.length) for (const child of members) draw(child, `${indent}  `);
      else {
        lines.push(`${indent}  subgraph ${nameOf(`${node.path}.${group}`)}["${escape(group ?? "")}"]`);
        for (const child of members) draw(child, `${indent}    `);
        lines.push(`${indent}  end`);
      }
    }
    lines.push(`${indent}end`);
  };
  for (const node of children.get(undefined) ?? []) draw(node, "  ");
  for (const { from, to } of graph.edges) lines.push(`  ${nameOf(from)} --> ${nameOf(to)}`);
  return `${lines.join("\n")}\n`;
}

/**
 * A unique name for each path: `a.b` and `a__b` are two nodes. Every name gets a prefix, because words such as `end` have a
 * meaning in Mermaid.
 */
function names(): (path: string) => string {
  const known = new Map<string, string>();
  const taken = new Set<string>();
  return (path) => {
    const plain = `n_${path.replaceAll(/[^A-Za-z0-9_]/g, "__")}`;
    let name = known.get(path) ?? plain;
    for (let count = 2; !known.has(path) && taken.has(name); count += 1) name = `${plain}_${count}`;
    known.set(path, name);
    taken.add(name);
    return name;
  };
}

const labelOf = ({ id, type, name }: GraphNode): string => `${escape(name ?? id)}<br/><small>${escape(type)}</small>`;
const escape = (text: string): string =>
  text.replaceAll(/[&<>"#;`\n\\[\]{}()|]/g, (character) => `#${character.charCodeAt(0)};`);
