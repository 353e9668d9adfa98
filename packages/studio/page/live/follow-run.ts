import { client } from "../api/client.ts";
import type { LiveEvent, RunEvent } from "../api/types.ts";
import { batched } from "./batched.ts";

interface FollowOptions {
  readonly signal: AbortSignal;
  /** Called at most ten times a second, with events in order and without gaps. */
  onEvents(events: readonly RunEvent[]): void;
  onStatus(status: string): void;
  /** What no record says: at most once, and only while it happens. */
  onLive?(events: readonly LiveEvent[]): void;
}

/** Follows the events of a run from the start, as long as it takes. Resolves when the run has ended. @throws IceApiError. */
export async function followRun(runId: string, { signal, onEvents, onStatus, onLive }: FollowOptions): Promise<void> {
  const batch = batched(onEvents);
  const live = batched<LiveEvent>((events) => onLive?.(events));
  try {
    for await (const event of client.runs.events(runId, { signal, maxFailures: Infinity })) {
      if (event.kind === "durable") batch.add({ ...event, id: event.position });
      if (event.kind === "live") live.add(event);
      if (event.kind !== "status") continue;
      batch.flush();
      onStatus(event.status);
    }
  } finally {
    if (!signal.aborted) {
      batch.flush();
      live.flush();
    }
  }
}
