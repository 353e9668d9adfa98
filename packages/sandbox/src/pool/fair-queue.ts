export interface FairQueueOptions {
  /** Most items that may wait under one key. */
  readonly maxPerKey: number;
  /** Most items that may wait under all keys together. */
  readonly maxInAll: number;
}

/**
 * What waits, in one queue per key. The queues are served in turn: one item of each key, then the next of each, so that a key
 * with many items delays another one by one item at most.
 */
export class FairQueue<Item> {
  readonly #options: FairQueueOptions;
  /** Keys with waiting items, the one whose turn is next in front; items in the order in which they came. */
  #queues = new Map<string, Set<Item>>();
  #size = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** Why another item of the key cannot wait: its own queue, or all queues together, are full. */
  fullFor(key: string): "key" | "all" | undefined {
    const { maxPerKey, maxInAll } = this.#options;
    if ((this.#queues.get(key)?.size ?? 0) >= maxPerKey) return "key";
    return this.#size >= maxInAll ? "all" : undefined;
  }

  /** Appends to the queue of the key; a key without items takes the last turn. The bounds are the caller's to ask for. */
  add(key: string, item: Item): void {
    const queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, new Set([item]));
    else queue.add(item);
    this.#size += 1;
  }

  /**
   * Puts items that were taken back in front of the queue of their key, in their order. Takes time in proportion to what waits.
   *
   * @param next - whether the key takes the next turn. Otherwise it keeps its turn, or takes the last one.
   */
  putBack(key: string, items: readonly Item[], { next }: { readonly next: boolean }): void {
    if (items.length === 0) return;
    const queue = new Set([...items, ...(this.#queues.get(key) ?? [])]);
    if (next) {
      this.#queues.delete(key);
      this.#queues = new Map([[key, queue], ...this.#queues]);
    } else this.#queues.set(key, queue);
    this.#size += items.length;
  }

  /**
   * The key to serve next: the one whose turn it is among those with the least load.
   *
   * @param load - what a key occupies already. Asked when several keys wait, of each until one has none. Default: none has any.
   */
  next(load: (key: string) => number = () => 0): string | undefined {
    let next: string | undefined;
    let least = Infinity;
    for (const key of this.#queues.keys()) {
      const ofKey = this.#queues.size === 1 ? 0 : load(key);
      if (ofKey < least) [next, least] = [key, ofKey];
      if (least === 0) break;
    }
    return next;
  }

  /** Takes the first item of a key, which then takes the last turn. Default: of the key that is next. */
  take(key: string | undefined = this.next()): Item | undefined {
    const queue = key === undefined ? undefined : this.#queues.get(key);
    if (key === undefined || queue === undefined) return undefined;
    const [item] = queue as Iterable<Item> as [Item]; // a queue is never empty
    queue.delete(item);
    this.#queues.delete(key);
    if (queue.size > 0) this.#queues.set(key, queue);
    this.#size -= 1;
    return item;
  }

  /** @returns whether the item was waiting. */
  remove(key: string, item: Item): boolean {
    const queue = this.#queues.get(key);
    if (queue?.delete(item) !== true) return false;
    if (queue.size === 0) this.#queues.delete(key);
    this.#size -= 1;
    return true;
  }

  /** Takes everything, in no particular order. */
  drain(): Item[] {
    const items = [...this.#queues.values()].flatMap((queue) => [...queue]);
    this.#queues.clear();
    this.#size = 0;
    return items;
  }
}
