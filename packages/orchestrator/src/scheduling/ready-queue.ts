/**
 * Positions of ready nodes, lowest first: "order among ready nodes follows the list". Nodes usually become ready in ascending
 * order, so those are kept in a list, which costs O(1); a position below the last one of the list goes to a heap (Williams 1964).
 */
export class ReadyQueue {
  #line: number[] = [];
  #head = 0;
  readonly #heap: number[] = [];

  /** The lowest position; undefined when there is none. */
  get first(): number | undefined {
    const inLine = this.#head < this.#line.length ? this.#line[this.#head] : undefined;
    if (this.#heap.length === 0) return inLine;
    return inLine === undefined ? this.#heap[0] : Math.min(inLine, this.#heap[0]!);
  }

  push(position: number): void {
    const line = this.#line;
    if (this.#head === line.length || position > line.at(-1)!) line.push(position);
    else pushInto(this.#heap, position);
  }

  /** Removes and returns the lowest position; undefined when there is none. */
  pop(): number | undefined {
    const lowest = this.first;
    if (lowest === undefined) return undefined;
    if (this.#heap.length > 0 && lowest === this.#heap[0]) popFrom(this.#heap);
    else this.#leaveLine();
    return lowest;
  }

  #leaveLine(): void {
    this.#head += 1;
    if (this.#head < 1024 || this.#head * 2 < this.#line.length) return;
    this.#line = this.#line.slice(this.#head);
    this.#head = 0;
  }
}

function pushInto(heap: number[], position: number): void {
  let child = heap.length;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (heap[parent]! <= position) break;
    heap[child] = heap[parent]!;
    child = parent;
  }
  heap[child] = position;
}

function popFrom(heap: number[]): void {
  const last = heap.pop()!;
  const size = heap.length;
  if (size === 0) return;
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
}
