import type { LiveEvent } from "@ice/client";
import { client } from "../api/client.ts";
import type { RunEvent } from "../api/types.ts";
import { batched } from "./batched.ts";

interface FollowOptions {
  readonly signal: AbortSignal;
  /** Called at most ten times a second, or after 5,000 events, with events in order and without gaps. */
  onEvents(events: readonly RunEvent[]): void;
  onStatus(status: string): void;
  /** What no record says: at most once, and only while it happens. */
  onLive?(events: readonly LiveEvent[]): void;
}

/** After so many events of a long journal, the page has time to draw them before it reads on. */
const sliceSize = 5000;

/** Follows the events of a run from the start, as long as it takes. Resolves when the run has ended. @throws IceApiError. */
export async function followRun(runId: string, { signal, onEvents, onStatus, onLive }: FollowOptions): Promise<void> {
  const batch = batched(onEvents);
  const live = batched<LiveEvent>((events) => onLive?.(events));
  try {
    for await (const event of client.runs.events(runId, { signal, maxFailures: Infinity })) {
      if (event.kind === "durable") batch.add({ ...event, id: event.position });
      else if (event.kind === "live") live.add(event);
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
