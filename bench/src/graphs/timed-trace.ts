import type { Body, Graph } from "./graph.ts";

/** How one run of a graph went, in milliseconds. */
export interface Makespan {
  readonly makespanMs: number;
  /** The longest way through the graph, with the times that the nodes really took. */
  readonly criticalPathMs: number;
  /** What all nodes took together. */
  readonly workMs: number;
}

/** A body that waits on a real timer and notes when: what a timer is late by belongs to the node, not to the engine. */
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

  /** Checks and measures the run that ended, and forgets it. @throws Error when a node did not wait. */
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
