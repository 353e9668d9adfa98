import { isDeepStrictEqual } from "node:util";
import type { JsonObject, RunEvent, RunResult } from "@ice/core";
import type { Trace } from "./trace.ts";

/** Path → status of the nodes of a run. */
export type Statuses = Readonly<Record<string, string>>;

export const statusesOf = ({ nodes }: RunResult): Statuses =>
  Object.fromEntries(Object.entries(nodes).map(([path, { status }]) => [path, status]));

/** The difference between the nodes that a step has changed and those that the trace names. */
export function differencesOfStep(before: Statuses, after: Statuses, expected: Statuses): string[] {
  const changed = Object.keys(after).filter((path) => before[path] !== after[path]);
  return [...new Set([...Object.keys(expected), ...changed])].flatMap((path) => {
    const is = changed.includes(path) ? after[path] : undefined;
    if (is === expected[path]) return [];
    const now = after[path] ?? "pending";
    const found = is === now ? `becomes ${now}` : now === expected[path] ? `was ${now} before` : `stays ${now}`;
    return `${path} ${found}, expected ${expected[path] ?? "no change"}`;
  });
}

/** When the nodes of a run started and ended, in numbers of its events. */
export class Timeline {
  readonly #started = new Map<string, number>();
  readonly #ended = new Map<string, number>();
  #count = 0;

  add({ type, path = "" }: RunEvent): void {
    this.#count += 1;
    // A later process continues what an earlier one has started.
    if (type === "node.started" && !this.#started.has(path)) this.#started.set(path, this.#count);
    if (/^node\.(?:completed|failed|cancelled|skipped)$/.test(type)) this.#ended.set(path, this.#count);
  }

  startOf(path: string): number | undefined {
    return this.#started.get(path);
  }

  /** Infinity if it has not ended. */
  endOf(path: string): number {
    return this.#ended.get(path) ?? Infinity;
  }
}

/** The difference between a run after its last step and its trace, in order and output. */
export function differencesOfRun(output: JsonObject, timeline: Timeline, { order, apart, ...trace }: Trace): string[] {
  const chains = order.map((chain) => chain.split(" < "));
  const named = [...chains, ...apart].flat();
  const missing = [...new Set(named)].filter((path) => timeline.startOf(path) === undefined);
  const pairs = apart.flatMap((paths) =>
    paths.flatMap((one, index) => paths.slice(index + 1).map((other) => [one, other])),
  );
  const isBefore = (one: string, other: string): boolean => {
    const start = timeline.startOf(other);
    return start === undefined || missing.includes(one) || timeline.endOf(one) < start;
  };
  return [
    ...missing.map((path) => `${path} has not started`),
    ...chains.flatMap((chain) =>
      chain.slice(1).flatMap((after, index) => {
        const before = chain[index]!; // the one in front of `after`
        return isBefore(before, after) ? [] : `${after} has started before ${before} ended`;
      }),
    ),
    ...pairs.flatMap(([one = "", other = ""]) =>
      isBefore(one, other) || isBefore(other, one) ? [] : `${one} and ${other} have run at the same time`,
    ),
    ...(isDeepStrictEqual(output, trace.output)
      ? []
      : [`the output is ${JSON.stringify(output)}, expected ${JSON.stringify(trace.output)}`]),
  ];
}
