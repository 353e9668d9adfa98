import { dependentsOf } from "../graphs/graph.ts";
import type { Prepare } from "./prepare.ts";

/** The limit for every engine: a loop over in-degrees that records nothing, has no features and handles no failures. */
export const prepareLimit: Prepare = async (graph, body) => {
  const size = graph.dependencies.length;
  const dependents = dependentsOf(graph);
  const inDegrees = Int32Array.from(graph.dependencies, (before) => before.length);
  const roots = [...inDegrees.keys()].filter((node) => inDegrees[node] === 0);
  return () =>
    new Promise<void>((resolve, reject) => {
      const open = inDegrees.slice();
      let left = size;
      const end = (node: number): void => {
        left -= 1;
        if (left === 0) resolve();
        for (const dependent of dependents[node]!) if ((open[dependent]! -= 1) === 0) start(dependent);
      };
      const start = (node: number): void => void body(node).then(() => end(node), reject);
      for (const root of roots) start(root);
    });
};
