import { PGraph } from "p-graph";
import type { Prepare } from "./prepare.ts";

export const preparePGraph: Prepare = async ({ dependencies }, body) => {
  const nodes = new Map(dependencies.map((_, node) => [`n${node}`, { run: () => body(node) }]));
  const edges = dependencies.flatMap((before, node) => before.map((at): [string, string] => [`n${at}`, `n${node}`]));
  const graph = new PGraph(nodes, edges);
  return () => graph.run();
};
