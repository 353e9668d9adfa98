import type { Body, Graph } from "../graphs/graph.ts";

/** Runs the prepared graph once, to its end. Rejects if the engine reports anything but success. */
type Run = () => Promise<unknown>;

interface PrepareOptions {
  /** Nodes that may run at the same time. Default: the engine's own. */
  readonly concurrency?: number;
}

/** Prepares a graph, as a user of the engine does once. The returned function is what a user calls for every run. */
export type Prepare = (graph: Graph, body: Body, options?: PrepareOptions) => Promise<Run>;
