import type { WorkflowGraph } from "@ice/core";
import { graphOf as graphOfAnalyzed, type AnalyzedBlueprint } from "@ice/core/internal";

/** The graph of a workflow or network as data. Nested nodes refer to their container and group. */
export type BlueprintGraph = WorkflowGraph;

/** A node of a graph. */
export type GraphNode = BlueprintGraph["nodes"][number];

/** `to` waits for `from`; both are paths. */
export type GraphEdge = BlueprintGraph["edges"][number];

/** The nodes and dependencies of a workflow or network, declared and inferred, including nested ones, in list order. */
export const graphOf = (analyzed: AnalyzedBlueprint): BlueprintGraph => graphOfAnalyzed(analyzed);
