import { defaultOutputBytes } from "../json/output-limit.ts";

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

/** Everything that the owner of the process may bound. */
export interface OwnerLimits extends BlueprintLimits {
  /** Characters of an output as compact JSON, which are bytes for ASCII. Going over is `ICE_OUTPUT_LIMIT`. Default 64 MiB. */
  readonly outputBytes: number;
}

/** The limits of a blueprint, unless the owner sets others. */
export const defaultBlueprintLimits: BlueprintLimits = {
  maxBytes: 1_048_576,
  maxDepth: 64,
  maxNodes: 10_000,
  maxWorkflows: 1000,
};

/** All limits that the owner may set, with their defaults. */
export const defaultOwnerLimits: OwnerLimits = { ...defaultBlueprintLimits, outputBytes: defaultOutputBytes };
