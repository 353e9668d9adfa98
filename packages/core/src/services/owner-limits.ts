import { defaultOutputBytes } from "../json/output-limit.ts";

/** Limits on blueprints, set by the owner of the process and never by a blueprint. Exceeding one is `ICE_BLUEPRINT_LIMIT`. */
export interface BlueprintLimits {
  /** Maximum bytes of a file's text. Default 1 MiB. */
  readonly maxBytes: number;
  /** Maximum depth of nested objects and lists. Default 64. */
  readonly maxDepth: number;
  /** Maximum number of nodes, including nested ones. Default 10,000. */
  readonly maxNodes: number;
  /** Maximum number of reachable sub-workflows. Default 1,000. */
  readonly maxWorkflows: number;
}

/** All limits that the owner of the process may set. */
export interface OwnerLimits extends BlueprintLimits {
  /**
   * Maximum characters of an output as compact JSON, which are bytes for ASCII. Exceeding it is `ICE_OUTPUT_LIMIT`. Default 64
   * MiB.
   */
  readonly outputBytes: number;
  /** Maximum number of outputs that are kept for nodes with `cache`; beyond, those that expire first are dropped. Default 10,000. */
  readonly cacheEntries: number;
  /** Maximum characters of such an output as compact JSON; a longer one is not kept. Default 1 MiB. */
  readonly cacheEntryBytes: number;
  /** Maximum characters of the payloads of a run's signals as compact JSON, all together. Default 64 MiB. */
  readonly signalBytes: number;
  /**
   * Maximum number of runs in progress in this process that nodes have started detached; beyond, such a node fails with
   * `ICE_DETACHED_LIMIT`. Default 1,000.
   */
  readonly detachedRuns: number;
}

/** Default limits of a blueprint. */
export const defaultBlueprintLimits: BlueprintLimits = {
  maxBytes: 1_048_576,
  maxDepth: 64,
  maxNodes: 10_000,
  maxWorkflows: 1000,
};

/** Default values of all limits that the owner may set. */
export const defaultOwnerLimits: OwnerLimits = {
  ...defaultBlueprintLimits,
  outputBytes: defaultOutputBytes,
  cacheEntries: 10_000,
  cacheEntryBytes: 1_048_576,
  signalBytes: 67_108_864,
  detachedRuns: 1000,
};
