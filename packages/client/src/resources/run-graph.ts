import type { GraphNode } from "@ice/core";

/** The nodes of a workflow, with the paths of those that they wait for. */
export interface RunGraph {
  readonly nodes: readonly (GraphNode & { readonly dependencies: readonly string[] })[];
}
