/** The terms of a document for nodes and their dependencies: the keys in pointers, and the words in messages. */
export interface Terms {
  readonly document: "blueprint" | "network";
  readonly node: "node" | "workflow";
  readonly nodes: "nodes" | "workflows";
  readonly dependencies: "dependencies" | "after";
  /** Whether a node can declare back edges. */
  readonly backEdges: boolean;
}

export const blueprintTerms: Terms = {
  document: "blueprint",
  node: "node",
  nodes: "nodes",
  dependencies: "dependencies",
  backEdges: true,
};

/** A network is read as a blueprint whose nodes are its workflows. */
export const networkTerms: Terms = {
  document: "network",
  node: "workflow",
  nodes: "workflows",
  dependencies: "after",
  backEdges: false,
};
