/**
 * A shortest cycle among the nodes, in the direction of flow: `["a", "b"]` when b waits for a and a waits for b; undefined
 * when there is none. A depth-first search finds the edges that lead back; every cycle has one of them. Breadth-first searches
 * from their ends, of 4 steps, then 16, 64 and so on, find the shortest cycle.
 * O(nodes + edges) without cycles; with cycles at most two million edges more, and then the shortest that was seen.
 *
 * @param dependencies - per node, the positions it waits for.
 */
export function findCycle(dependencies: readonly (readonly number[])[]): readonly number[] | undefined {
  const starts = endsOfBackEdges(dependencies);
  if (starts.size === 0) return undefined;
  const search: Search = { dependencies, visits: maxVisits, best: undefined };
  for (let depth = 4; search.best === undefined && depth < dependencies.length * 4; depth *= 4)
    for (const start of starts) searchFrom(start, depth, search);
  // In the direction of flow: from a dependency to its dependents.
  const cycle = (search.best ?? anyCycle(starts, dependencies)).toReversed();
  const first = cycle.indexOf(cycle.reduce((least, node) => Math.min(least, node)));
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}

/** Maximum number of edges that the searches may follow, about 20 ms. */
const maxVisits = 2_000_000;

interface Search {
  readonly dependencies: readonly (readonly number[])[];
  visits: number;
  best: readonly number[] | undefined;
}

/** Keeps the shortest cycle through `start` of at most `depth` nodes, when it is shorter than the best so far. */
function searchFrom(start: number, depth: number, search: Search): void {
  const cameFrom = new Map<number, number>();
  let level = [start];
  for (
    let length = 1;
    level.length > 0 && length <= Math.min(depth, (search.best?.length ?? Infinity) - 1);
    length += 1
  ) {
    const next: number[] = [];
    for (const node of level)
      for (const before of search.dependencies[node]!) {
        if ((search.visits -= 1) < 0) return;
        if (before === start) {
          search.best = pathTo(node, start, cameFrom);
          return;
        }
        if (cameFrom.has(before)) continue;
        cameFrom.set(before, node);
        next.push(before);
      }
    level = next;
  }
}

/** When the searches have reached that limit: one cycle, of any length. */
function anyCycle(starts: ReadonlySet<number>, dependencies: Search["dependencies"]): readonly number[] {
  const search: Search = { dependencies, visits: Infinity, best: undefined };
  for (const start of starts) {
    searchFrom(start, Infinity, search);
    if (search.best !== undefined) break;
  }
  return search.best!;
}

/** Nodes to which an edge leads back in a depth-first search; empty without a cycle. Not recursive, because chains can be long. */
function endsOfBackEdges(dependencies: Search["dependencies"]): ReadonlySet<number> {
  const ends = new Set<number>();
  const states = new Uint8Array(dependencies.length); // 0: not seen, 1: on the way, 2: done
  for (const root of dependencies.keys()) {
    if (states[root] !== 0) continue;
    states[root] = 1;
    const way = [{ node: root, next: 0 }];
    for (let at = way.at(-1); at !== undefined; at = way.at(-1)) {
      const before = dependencies[at.node]![at.next];
      at.next += 1;
      if (before === undefined) {
        states[at.node] = 2;
        way.pop();
      } else if (states[before] === 1) ends.add(before);
      else if (states[before] === 0) {
        states[before] = 1;
        way.push({ node: before, next: 0 });
      }
    }
  }
  return ends;
}

function pathTo(last: number, start: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path = [last];
  while (path.at(-1) !== start) path.push(cameFrom.get(path.at(-1)!)!);
  return path.toReversed();
}
