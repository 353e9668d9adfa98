import type { NodeRecord } from "@ice/core";
import { deepFreeze } from "@ice/core/internal";
import { isBelow } from "../history/history.ts";

/** A node that has ended, by its path. */
interface EndedNode {
  readonly path: string;
  readonly node: NodeRecord;
}

/**
 * What is recorded of the nodes of a run, in the order in which they ended. A list: to keep a table of all paths while the run is
 * in progress costs a tenth of everything that the engine does, and most tables would never be read.
 */
export class NodeRecords {
  #ended: EndedNode[] = [];

  add(ended: EndedNode): void {
    this.#ended.push(ended);
  }

  /** Forgets what is recorded below a path. O(records). */
  forgetBelow(path: string): void {
    this.#ended = this.#ended.filter((ended) => !isBelow(ended.path, path));
  }

  /** By path, frozen throughout. Made anew each time. */
  byPath(): Record<string, NodeRecord> {
    const nodes: Record<string, NodeRecord> = {};
    for (const { path, node } of this.#ended) nodes[path] = deepFreeze(node as never);
    return nodes;
  }
}
