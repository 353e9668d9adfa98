import type { Graph } from "./graph.ts";

/** The shapes whose overhead is measured, by name. `size` is the number of nodes. */
export const shapes = { chain, fan, layered } satisfies Record<string, (size: number) => Graph>;
export type ShapeName = keyof typeof shapes;

/** One node after another. */
function chain(size: number): Graph {
  return { name: "chain", dependencies: Array.from({ length: size }, (_, node) => (node === 0 ? [] : [node - 1])) };
}

/** One node, then all the others at once, then one that waits for all of them. */
function fan(size: number): Graph {
  const middle = Array.from({ length: size - 2 }, (_, index) => index + 1);
  return { name: "fan", dependencies: [[], ...middle.map(() => [0]), middle] };
}

/** √size layers of √size nodes; a node waits for three nodes of the preceding layer, far apart from each other. */
function layered(size: number): Graph {
  const width = Math.round(Math.sqrt(size));
  const dependencies = Array.from({ length: size }, (_, node) => {
    const layer = Math.floor(node / width);
    if (layer === 0) return [];
    const before = [node, node + 1, node + Math.floor(width / 2)].map((at) => (layer - 1) * width + (at % width));
    return [...new Set(before)];
  });
  return { name: "layered", dependencies };
}
