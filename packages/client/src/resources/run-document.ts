import type { JsonObject, NetworkResult, RunResult } from "@ice/core";

/** The result of a run as a server shows it. */
export interface ShownRun extends RunResult {
  /** What it was started with. */
  readonly inputs?: JsonObject;
  /** Number of nodes that are not in the document, which has 1,000 at most; `nodes()` has all of them. */
  readonly nodesOmitted?: number;
}

/** The result of a network as a server shows it. */
export interface ShownNetwork extends NetworkResult {
  /** Its workflows have outputs. */
  readonly output?: undefined;
  /** Its workflows have nodes. */
  readonly nodes?: undefined;
}

/** The result of a run or a network, as far as it is known. A network has `workflows`. */
export type RunDocument = ShownRun | ShownNetwork;

/** The same without nodes. */
export type RunHead = Omit<ShownRun, "nodes"> | ShownNetwork;
