import type { TimedGraph } from "./graph.ts";

/** An item of real data: its name, its size in any unit, and the names of its dependencies. */
export interface Found {
  readonly name: string;
  readonly weight: number;
  readonly needs: readonly string[];
}

/**
 * A graph of the items, each after its dependencies; a dependency that would close a cycle is omitted. An item takes time in
 * proportion to its weight, scaled so that the longest path through the graph takes `criticalPathMs`, and at least 1 ms.
 */
export function weightedGraph(name: string, found: readonly Found[], criticalPathMs: number): TimedGraph {
  const byName = new Map(found.map((thing) => [thing.name, thing]));
  const positions = new Map<string, number>();
  const dependencies: number[][] = [];
  const weights: number[] = [];
  const paths: number[] = [];
  const open = new Set<string>();
  const visit = (thing: Found): number | undefined => {
    const known = positions.get(thing.name);
    if (known !== undefined || open.has(thing.name)) return known;
    open.add(thing.name);
    const before = thing.needs.flatMap((need) => {
      const other = byName.get(need);
      const position = other === undefined ? undefined : visit(other);
      return position === undefined ? [] : [position];
    });
    dependencies.push([...new Set(before)]);
    weights.push(thing.weight);
    paths.push(thing.weight + before.reduce((longest, at) => Math.max(longest, paths[at]!), 0));
    positions.set(thing.name, dependencies.length - 1);
    return dependencies.length - 1;
  };
  for (const thing of found) visit(thing);
  const scale = criticalPathMs / Math.max(...paths);
  return { name, dependencies, durationsMs: weights.map((weight) => Math.max(1, Math.round(weight * scale))) };
}
