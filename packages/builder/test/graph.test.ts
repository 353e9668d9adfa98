import { analyzeBlueprint, builtinNodes, createRuntime, defineTool } from "@ice/core";
import { expect, test } from "vitest";
import { z } from "zod";
import { graphOf, toDot, toMermaid, type BlueprintGraph } from "../src/index.ts";

const graph = (nodes: unknown[]): BlueprintGraph => {
  const runtime = createRuntime();
  for (const [type, definition] of Object.entries(builtinNodes))
    runtime.nodes.register(type, { definition, execute: () => null });
  const echo = defineTool({ name: "echo", args: z.looseObject({}), run: () => null });
  runtime.tools.register("echo", echo as never);
  const { analyzed, issues } = analyzeBlueprint({ name: "w", nodes }, { runtime });
  expect(issues).toEqual([]);
  return graphOf(analyzed!);
};
const echo = (id: string, more: object = {}): object => ({ id, type: "tool", toolName: "echo", ...more });
const nested = [
  echo("rows", { name: 'Rows "of" <b>csv</b>' }),
  {
    id: "each",
    type: "loop",
    itemsSource: "rows.items",
    body: [echo("price", { toolArgs: { cost: "{{ item.cost }}" } }), echo("end", { dependencies: ["price"] })],
  },
  {
    id: "check",
    type: "condition",
    expression: "size(each) > 0",
    truePath: [echo("yes")],
    falsePath: [echo("no")],
  },
  echo("last", { dependencies: ["check"] }),
];

test("nodes name their container and group; edges are both declared and inferred", () => {
  const { nodes, edges } = graph(nested);
  expect(nodes.map(({ path, parent, group }) => [path, parent, group].filter(Boolean).join(" "))).toEqual([
    "rows",
    "each",
    "each.price each body",
    "each.end each body",
    "check",
    "check.yes check truePath",
    "check.no check falsePath",
    "last",
  ]);
  expect(edges.map(({ from, to }) => `${from} → ${to}`)).toEqual([
    "rows → each",
    "each.price → each.end",
    "each → check",
    "check → last",
  ]);
});

test("Mermaid: containers are subgraphs, names are escaped and never keywords", () => {
  expect(toMermaid(graph(nested))).toBe(`flowchart TD
  n_rows["Rows #34;of#34; #60;b#62;csv#60;/b#62;<br/><small>tool</small>"]
  subgraph n_each["each<br/><small>loop</small>"]
    n_each__price["price<br/><small>tool</small>"]
    n_each__end["end<br/><small>tool</small>"]
  end
  subgraph n_check["check<br/><small>condition</small>"]
    subgraph n_check__truePath["truePath"]
      n_check__yes["yes<br/><small>tool</small>"]
    end
    subgraph n_check__falsePath["falsePath"]
      n_check__no["no<br/><small>tool</small>"]
    end
  end
  n_last["last<br/><small>tool</small>"]
  n_rows --> n_each
  n_each__price --> n_each__end
  n_each --> n_check
  n_check --> n_last
`);
});

test("DOT: containers are clusters, texts are quoted", () => {
  const dot = toDot(graph(nested));
  expect(dot).toContain('  "each" [label="each\\nloop"];\n  subgraph "cluster_each" {\n    label="each";\n');
  expect(dot).toContain('  "each.price" -> "each.end";');
  expect(toDot({ nodes: [{ path: 'a"\\', id: 'a"\\', type: "t" }], edges: [] })).toContain(
    '"a\\"\\\\" [label="a\\"\\\\\\nt"]',
  );
});

test("in Mermaid, no two nodes have the same name", () => {
  const inner = { id: "a", type: "loop", itemsSource: "[1]", body: [echo("b")] };
  const text = toMermaid(graph([inner, echo("a__b"), echo("last", { dependencies: ["a__b"] })]));
  expect(text).toContain('    n_a__b["b<br/>');
  expect(text).toContain('  n_a__b_2["a__b<br/>');
  expect(text).toContain("n_a__b_2 --> n_last");
});
