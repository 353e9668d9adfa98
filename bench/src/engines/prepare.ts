import type { Body, Graph } from "../graphs/graph.ts";

/** Runs the prepared graph once, to its end. Rejects when the engine reports anything but success. */
type Run = () => Promise<unknown>;

interface PrepareOptions {
  /** Nodes that may run at the same time. Default: the engine's own. */
  readonly concurrency?: number;
}

/** Makes a graph ready: what a user of the engine does once. What comes back is what a user does for every run. */
export type Prepare = (graph: Graph, body: Body, options?: PrepareOptions) => Promise<Run>;
