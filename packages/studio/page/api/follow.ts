import { frameReader } from "./frames.ts";
import { ApiError, send } from "./http.ts";
import type { LiveEvent, RunEvent } from "./types.ts";

export interface FollowOptions {
  readonly runId: string;
  readonly signal: AbortSignal;
  /** Called at most ten times a second, with events in order and without gaps. */
  onEvents(events: readonly RunEvent[]): void;
  /** What no record says: at most once, and only while it happens. */
  onLive?(events: readonly LiveEvent[]): void;
  /** The run has changed its status, or has ended. */
  onStatus(status: string, ended: boolean): void;
  onConnected(isConnected: boolean): void;
}

const batchMs = 100;
const retryMs = 1000;
/** After so many events of a long journal, the page has time to draw them before it reads on. */
const sliceSize = 5000;

/**
 * Follows the events of a run from the start. A connection that breaks is opened again behind the last event, so each event comes
 * once. Resolves when the run has ended, or the signal is aborted. @throws ApiError for an answer that will not change.
 */
export async function follow(options: FollowOptions): Promise<void> {
  const { signal, onConnected } = options;
  const state = { position: "", ended: false };
  while (!state.ended && !signal.aborted) {
    try {
      await readOnce(options, state);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
    }
    if (state.ended || signal.aborted) return;
    onConnected(false);
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

async function readOnce(
  { runId, signal, onEvents, onLive, onStatus, onConnected }: FollowOptions,
  state: { position: string; ended: boolean },
): Promise<void> {
  const after = state.position === "" ? "" : `?after=${state.position}`;
  const answer = await send(`/v1/runs/${encodeURIComponent(runId)}/events${after}`, { signal });
  onConnected(true);
  if (answer.status === 204 || answer.body === null) {
    state.ended = true;
    return;
  }
  const batch = batched(onEvents);
  const live = batched<LiveEvent>((events) => onLive?.(events));
  const frames = frameReader();
  try {
    for (const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const { id, event, data } of frames(value)) {
        if (id !== undefined) {
          state.position = id;
          batch.add({ ...(JSON.parse(data) as RunEvent), id });
        } else if (event === "live") live.add(JSON.parse(data) as LiveEvent);
        else if (event === "status" || event === "end") {
          batch.flush();
          state.ended ||= event === "end";
          onStatus((JSON.parse(data) as { status: string }).status, event === "end");
        }
      }
      if (batch.size() >= sliceSize) {
        batch.flush();
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
  } finally {
    batch.flush();
    live.flush();
  }
}

/** Joins what comes within a tenth of a second. */
function batched<Event = RunEvent>(
  take: (events: readonly Event[]) => void,
): { add(event: Event): void; size(): number; flush(): void } {
  let waiting: Event[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const events = waiting;
    waiting = [];
    if (events.length > 0) take(events);
  };
  const add = (event: Event): void => {
    waiting.push(event);
    timer ??= setTimeout(flush, batchMs);
  };
  return { add, size: () => waiting.length, flush };
}
