/**
 * Positions of ready nodes, lowest first: "order among ready nodes follows the list". A binary heap (Williams 1964);
 * pushing in ascending order, the usual case, costs O(1).
 */
export class ReadyQueue {
  readonly #heap: number[] = [];

  /** The lowest position; undefined when there is none. */
  get first(): number | undefined {
    return this.#heap[0];
  }

  push(position: number): void {
    const heap = this.#heap;
    let child = heap.length;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (heap[parent]! <= position) break;
      heap[child] = heap[parent]!;
      child = parent;
    }
    heap[child] = position;
  }

  /** Removes and returns the lowest position; undefined when there is none. */
  pop(): number | undefined {
    const heap = this.#heap;
    const lowest = heap[0];
    const last = heap.pop();
    const size = heap.length;
    if (last === undefined || size === 0) return lowest;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= size) break;
      if (child + 1 < size && heap[child + 1]! < heap[child]!) child += 1;
      if (last <= heap[child]!) break;
      heap[parent] = heap[child]!;
      parent = child;
    }
    heap[parent] = last;
    return lowest;
  }
}
