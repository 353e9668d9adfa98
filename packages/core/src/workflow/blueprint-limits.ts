/** Limits on blueprints, set by the process owner and never by a blueprint. Going over is `ICE_BLUEPRINT_LIMIT`. */
export interface BlueprintLimits {
  /** Bytes of a file's text. Default 1 MiB. */
  readonly maxBytes: number;
  /** Depth of nested objects and lists. Default 64. */
  readonly maxDepth: number;
  /** Nodes, nested ones included. Default 10,000. */
  readonly maxNodes: number;
  /** Sub-workflows that can be reached. Default 1,000. */
  readonly maxWorkflows: number;
}

export const defaultBlueprintLimits: BlueprintLimits = {
  maxBytes: 1_048_576,
  maxDepth: 64,
  maxNodes: 10_000,
  maxWorkflows: 1000,
};
