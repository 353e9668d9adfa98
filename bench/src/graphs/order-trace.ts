import type { Body, Graph } from "./graph.ts";

/** A body that only leaves a trace, so that a run can be checked: every node once, dependencies first. */
export class OrderTrace {
  readonly #graph: Graph;
  /** Per node: its position in the order of execution, from 1; 0 before it ran, -1 if it ran twice. */
  readonly #places: Int32Array;
  #ran = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#places = new Int32Array(graph.dependencies.length);
  }

  readonly body: Body = async (node) => {
    this.#ran += 1;
    this.#places[node] = this.#places[node] === 0 ? this.#ran : -1;
    return {};
  };

  /** Checks the run that ended, and clears the trace. @throws Error naming the first incorrect node. */
  finish(): void {
    for (const [node, before] of this.#graph.dependencies.entries()) {
      const place = this.#places[node]!;
      if (place <= 0) throw new Error(`node ${node} of ${this.#graph.name} ran ${place === 0 ? "never" : "twice"}`);
      for (const dependency of before)
        if (this.#places[dependency]! > place)
          throw new Error(`node ${node} of ${this.#graph.name} ran before ${dependency}, for which it waits`);
    }
    this.#places.fill(0);
    this.#ran = 0;
  }
}
