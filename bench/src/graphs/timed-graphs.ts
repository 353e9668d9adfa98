import type { TimedGraph } from "./graph.ts";
import { importGraph } from "./import-graph.ts";
import { packageGraph } from "./package-graph.ts";

/** The graphs whose makespan is measured, by name. */
export const timedGraphs = {
  unbalanced,
  imports: importGraph,
  packages: packageGraph,
} satisfies Record<string, () => TimedGraph>;
export type TimedGraphName = keyof typeof timedGraphs;

/** Ten chains of ten nodes; in each chain a different node takes 20 ms and the others nothing. An engine that waits for levels waits ten times. */
function unbalanced(): TimedGraph {
  const length = 10;
  const places = Array.from({ length: length * length }, (_, node) => ({
    chain: node % length,
    step: Math.floor(node / length),
  }));
  return {
    name: "unbalanced",
    dependencies: places.map(({ step }, node) => (step === 0 ? [] : [node - length])),
    durationsMs: places.map(({ chain, step }) => (chain === step ? 20 : 0)),
  };
}
