import type { FeedEvent, Position, RunFeed } from "@ice/core";

/** Reports that one more node has ended. */
export type OnNodeEnd = (count: number, message: string) => void;

/** Maximum number of reports of one call: a client that does not read holds them in memory. */
const maxReports = 10_000;

const ends: ReadonlySet<FeedEvent["type"]> = new Set<FeedEvent["type"]>([
  "node.completed",
  "node.failed",
  "node.skipped",
  "node.cancelled",
]);

/**
 * Reports each node of a run when it has ended, in the order of its journal.
 *
 * @returns `finish` reports what is left and stops.
 */
export function reportProgress(runId: string, feed: RunFeed, onNodeEnd: OnNodeEnd): { finish(): Promise<void> } {
  let position: Position | undefined;
  let count = 0;
  const readAll = async (): Promise<void> => {
    for (let isAtEnd = false; !isAtEnd && count < maxReports;) {
      const page = await feed.read(runId, { after: position });
      ({ position, isAtEnd } = page);
      for (const { type, path = "" } of page.events)
        if (ends.has(type) && count < maxReports) onNodeEnd((count += 1), `${path} ${type.slice("node.".length)}`);
    }
  };
  // Progress is not worth failing the call for.
  const readOn = (): Promise<void> => (reading = reading.then(readAll).catch(() => undefined));
  let reading: Promise<void> = Promise.resolve();
  let isPlanned = false;
  const stop = feed.watch(runId, () => {
    if (isPlanned) return;
    isPlanned = true;
    void readOn().finally(() => (isPlanned = false));
  });
  void readOn();
  return {
    async finish() {
      stop();
      await readOn();
    },
  };
}
