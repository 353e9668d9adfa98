import type { Body, Graph } from "../graphs/graph.ts";

/** Runs the prepared graph once, to its end. Rejects when the engine reports anything but success. */
type Run = () => Promise<unknown>;

interface PrepareOptions {
  /** Nodes that may run at the same time. Default: the engine's own. */
  readonly concurrency?: number;
}

/** Makes a graph ready: what a user of the engine does once. What comes back is what a user does for every run. */
export type Prepare = (graph: Graph, body: Body, options?: PrepareOptions) => Promise<Run>;

/** Engines in the order of the tables. Each is loaded only where it is measured. */
export const engines = {
  limit: async () => (await import("./limit.ts")).prepareLimit,
  promises: async () => (await import("./promises.ts")).preparePromises,
  ice: async () => (await import("./ice.ts")).prepareIce,
  "p-graph": async () => (await import("./p-graph.ts")).preparePGraph,
  effect: async () => (await import("./effect.ts")).prepareEffect,
  mastra: async () => (await import("./mastra.ts")).prepareMastra,
  langgraph: async () => (await import("./langgraph.ts")).prepareLangGraph,
} satisfies Record<string, () => Promise<Prepare>>;

export type EngineName = keyof typeof engines;
