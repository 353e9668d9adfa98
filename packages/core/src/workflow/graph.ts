/**
 * A shortest cycle among the nodes, in the direction of flow: `["a", "b"]` when b waits for a and a waits for b; undefined
 * when there is none. Kahn's algorithm (1962) leaves the nodes on or behind cycles; a breadth-first search finds the shortest
 * through one of them. O(nodes + edges) without cycles; with cycles the search looks at about a million nodes.
 *
 * @param dependencies - per node, the positions it waits for.
 */
export function findCycle(dependencies: readonly (readonly number[])[]): readonly number[] | undefined {
  const dependents: number[][] = dependencies.map(() => []);
  for (const [node, before] of dependencies.entries())
    for (const dependency of before) dependents[dependency]!.push(node);
  const open = dependencies.map((before) => before.length);
  const ready = [...open.keys()].filter((node) => open[node] === 0);
  for (let next = ready.pop(); next !== undefined; next = ready.pop())
    for (const dependent of dependents[next]!) if ((open[dependent]! -= 1) === 0) ready.push(dependent);
  const left = [...open.keys()].filter((node) => open[node]! > 0);
  let shortest: number[] | undefined;
  for (const start of left.slice(0, Math.ceil(maxLooks / left.length))) {
    const cycle = shortestThrough(start, dependents, open, shortest?.length ?? Infinity);
    if (cycle !== undefined) shortest = cycle;
    if (shortest?.length === 1) break;
  }
  return shortest;
}

/** Searches from all of 1,000 nodes, or from a few of very many. */
const maxLooks = 1_000_000;

/** The shortest cycle through `start` that is shorter than `limit`. */
function shortestThrough(
  start: number,
  dependents: readonly number[][],
  open: readonly number[],
  limit: number,
): number[] | undefined {
  const cameFrom = new Map<number, number>();
  let level = [start];
  for (let length = 1; level.length > 0 && length < limit; length += 1) {
    const next: number[] = [];
    for (const node of level)
      for (const dependent of dependents[node]!) {
        if (dependent === start) return pathTo(node, start, cameFrom);
        const left = open[dependent];
        if (left === 0 || cameFrom.has(dependent)) continue;
        cameFrom.set(dependent, node);
        next.push(dependent);
      }
    level = next;
  }
  return undefined;
}

function pathTo(last: number, start: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path = [last];
  while (path[0] !== start) path.unshift(cameFrom.get(path[0]!)!);
  return path;
}
