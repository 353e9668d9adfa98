import type { BlueprintGraph, GraphNode } from "./blueprint-graph.ts";
import { framesOf } from "./frames.ts";

/**
 * The graph as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html); containers and their groups are subgraphs, ends
 * are stadiums, nodes that wait for days are hexagons.
 */
export function toMermaid(graph: BlueprintGraph): string {
  const lines = ["flowchart TD"];
  const nameOf = names();
  const frames = framesOf(graph);
  const drawInside = (parent: string | undefined, indent: string): void => {
    for (const { key, label, nodes } of frames.get(parent) ?? []) {
      if (label === undefined) for (const node of nodes) draw(node, indent);
      else {
        lines.push(`${indent}subgraph ${nameOf(key)}["${escape(label)}"]`);
        for (const node of nodes) draw(node, `${indent}  `);
        lines.push(`${indent}end`);
      }
    }
  };
  const draw = (node: GraphNode, indent: string): void => {
    const name = nameOf(node.path);
    if (frames.has(node.path)) {
      lines.push(`${indent}subgraph ${name}["${labelOf(node)}"]`);
      drawInside(node.path, `${indent}  `);
      lines.push(`${indent}end`);
      return;
    }
    const [open, close] = brackets[node.shape ?? "step"];
    lines.push(`${indent}${name}${open}"${labelOf(node)}"${close}`);
  };
  drawInside(undefined, "  ");
  for (const { from, to } of graph.edges) lines.push(`  ${nameOf(from)} --> ${nameOf(to)}`);
  return `${lines.join("\n")}\n`;
}

const brackets = { step: ["[", "]"], end: ["([", "])"], wait: ["{{", "}}"] } as const;

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
