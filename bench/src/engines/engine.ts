import type { Prepare } from "./prepare.ts";

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
