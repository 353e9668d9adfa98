const batchMs = 100;

/** Collects what comes one after another. */
export interface Batch<Item> {
  add(item: Item): void;
  /** How many wait. */
  size(): number;
  flush(): void;
}

/** Joins what comes within a tenth of a second of the last change, so that a thousand events are one change of the page. */
export function batched<Item>(take: (items: readonly Item[]) => void): Batch<Item> {
  let waiting: Item[] = [];
  let flushedAt = -batchMs;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    flushedAt = performance.now();
    const items = waiting;
    waiting = [];
    if (items.length > 0) take(items);
  };
  const add = (item: Item): void => {
    waiting.push(item);
    timer ??= setTimeout(flush, Math.max(0, flushedAt + batchMs - performance.now()));
  };
  return { add, size: () => waiting.length, flush };
}
