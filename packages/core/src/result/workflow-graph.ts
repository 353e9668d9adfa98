/** The graph of a workflow or network as data. Nested nodes refer to their container and group. */
export interface WorkflowGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** A node of a graph. */
export interface GraphNode {
  /** Path without iterations: `listings.price`. */
  readonly path: string;
  readonly id: string;
  /** Its node type; in a network, the reference to the workflow. */
  readonly type: string;
  readonly name?: string;
  /** Whether it ends its workflow, or may wait for days. */
  readonly shape?: "end" | "wait";
  /** Path of the container and the group in it (`body`, `truePath`, `branches.0`). */
  readonly parent?: string;
  readonly group?: string;
  /** What the group is called, if that is not its key: the name of a case, `compensate hotel`. */
  readonly groupLabel?: string;
}

/** `to` waits for `from`; both are paths. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}
