import { client } from "../api/client.ts";
import type { LiveEvent, RunEvent } from "../api/types.ts";
import { batched } from "./batched.ts";

interface FollowOptions {
  readonly signal: AbortSignal;
  /**
   * Called at most ten times a second, or after 5,000 events, with the recorded events in order and without gaps. Among them are
   * starts of nodes that have no record, at most once.
   */
  onEvents(events: readonly (RunEvent | LiveEvent)[]): void;
  onStatus(status: string): void;
  /** What else no record says: at most once, and only while it happens. */
  onLive?(events: readonly LiveEvent[]): void;
}

/** After so many events of a long journal, the page has time to draw them before it reads on. */
const sliceSize = 5000;

/** Follows the events of a run from the start, as long as it takes. Resolves when the run has ended. @throws IceApiError. */
export async function followRun(runId: string, { signal, onEvents, onStatus, onLive }: FollowOptions): Promise<void> {
  const batch = batched<RunEvent | LiveEvent>(onEvents);
  const live = batched<LiveEvent>((events) => onLive?.(events));
  try {
    for await (const event of client.runs.events(runId, { signal, maxFailures: Infinity })) {
      if (event.kind === "durable") batch.add({ ...event, id: event.position });
      else if (event.kind === "live") (event.type === "node.started" ? batch : live).add(event);
      else {
        batch.flush();
        onStatus(event.status);
      }
      if (batch.size() < sliceSize) continue;
      batch.flush();
      await new Promise((resolve) => setTimeout(resolve));
    }
  } finally {
    if (!signal.aborted) for (const one of [batch, live]) one.flush();
  }
}
