import type { Body, Graph } from "./graph.ts";

/** Times of one run of a graph, in milliseconds. */
export interface Makespan {
  readonly makespanMs: number;
  /** The longest path through the graph, with the times that the nodes actually took. */
  readonly criticalPathMs: number;
  /** Total time of all nodes. */
  readonly workMs: number;
}

/** A body that waits on a real timer and records its times: the delay of a timer counts towards the node, not the engine. */
export class TimedTrace {
  readonly #graph: Graph;
  readonly #durationsMs: readonly number[];
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;

  /** @param durationsMs - per node; a node that takes 0 has no timer. */
  constructor(graph: Graph, durationsMs: readonly number[]) {
    this.#graph = graph;
    this.#durationsMs = durationsMs;
    this.#starts = new Float64Array(durationsMs.length);
    this.#ends = new Float64Array(durationsMs.length);
  }

  readonly body: Body = async (node) => {
    this.#starts[node] = performance.now();
    const ms = this.#durationsMs[node]!;
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    this.#ends[node] = performance.now();
    return {};
  };

  /** Checks and measures the run that ended, and clears the trace. @throws Error if a node did not wait. */
  finish(startedAt: number, endedAt: number): Makespan {
    const pathEndsMs: number[] = [];
    let workMs = 0;
    for (const [node, before] of this.#graph.dependencies.entries()) {
      const [start, end] = [this.#starts[node]!, this.#ends[node]!];
      if (end === 0) throw new Error(`node ${node} of ${this.#graph.name} did not run`);
      let pathMs = 0;
      for (const dependency of before) {
        if (this.#ends[dependency]! > start) throw new Error(`node ${node} of ${this.#graph.name} did not wait`);
        pathMs = Math.max(pathMs, pathEndsMs[dependency]!);
      }
      pathEndsMs.push(pathMs + end - start);
      workMs += end - start;
    }
    this.#ends.fill(0);
    return { makespanMs: endedAt - startedAt, criticalPathMs: Math.max(...pathEndsMs), workMs };
  }
}
