import type { RunView } from "./run-reducer.ts";

interface Interval {
  readonly start: number;
  readonly end: number;
}

/** When nodes worked, in any order. Containers last as long as what waits in them, so those do not count. */
export function busyTimes({ nodes }: RunView, now: number): Interval[] {
  const around = new Set<string>();
  for (const { path, spans } of nodes.values())
    if (spans.some(({ kind }) => kind === "waiting"))
      for (const { index } of path.matchAll(/[.[]/g)) around.add(path.slice(0, index));
  return intervalsOf(
    [...nodes.values()].filter(({ path }) => !around.has(path)),
    "attempt",
    now,
  );
}

/** How long a run did nothing but wait for people, times and signals. */
export function waitedMs(run: RunView, now: number): number {
  const waits = intervalsOf(run.nodes.values(), "waiting", now);
  if (waits.length === 0) return 0;
  const busy = busyTimes(run, now);
  return totalMs([...waits, ...busy]) - totalMs(busy);
}

type Node = RunView["nodes"] extends ReadonlyMap<string, infer Value> ? Value : never;

const intervalsOf = (nodes: Iterable<Node>, wanted: "attempt" | "waiting", now: number): Interval[] =>
  [...nodes].flatMap(({ spans }) =>
    spans.filter(({ kind }) => kind === wanted).map(({ start, end }) => ({ start, end: end ?? now })),
  );

/** Times in which several overlap count once. */
function totalMs(intervals: readonly Interval[]): number {
  let total = 0;
  let until = -Infinity;
  for (const { start, end } of intervals.toSorted((one, other) => one.start - other.start)) {
    total += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return total;
}
