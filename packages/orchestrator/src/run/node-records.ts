import type { NodeRecord } from "@ice/core";
import { isBelow, deepFreeze } from "@ice/core/internal";

/** A node that has ended, by its path. */
interface EndedNode {
  readonly path: string;
  readonly node: NodeRecord;
}

/**
 * The outcomes of a run, in the order in which nodes ended. A list, because maintaining a table by path takes a tenth of the
 * engine's time, and most tables would never be read.
 */
export class NodeRecords {
  #ended: EndedNode[] = [];
  readonly #skipped = new Set<string>();

  add(ended: EndedNode): void {
    this.#ended.push(ended);
  }

  /** False if the node is already recorded as skipped: an attempt that runs no children may skip them again. */
  addSkipped(ended: EndedNode): boolean {
    if (this.#skipped.has(ended.path)) return false;
    this.#skipped.add(ended.path);
    this.add(ended);
    return true;
  }

  /** Removes the outcomes below a path. O(records). */
  forgetBelow(path: string): void {
    this.#ended = this.#ended.filter((ended) => !isBelow(ended.path, path));
    for (const skipped of this.#skipped) if (isBelow(skipped, path)) this.#skipped.delete(skipped);
  }

  /** By path, deeply frozen. Created on each call. */
  byPath(): Record<string, NodeRecord> {
    const nodes: Record<string, NodeRecord> = {};
    for (const { path, node } of this.#ended) nodes[path] = deepFreeze(node as never);
    return nodes;
  }
}
