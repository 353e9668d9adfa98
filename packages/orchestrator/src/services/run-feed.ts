import { journalStart, type FeedEvent, type RunFeed, type RunStore } from "@ice/core";
import { finishInTurns, type Steps, type TimeSlice } from "@ice/core/internal";
import type { Engine } from "../engine/engine.ts";
import { eventOf } from "./feed-events.ts";

/** The events of the runs of an engine's store. */
export function createRunFeed(engine: Engine, timeSlice: TimeSlice): RunFeed {
  const { store } = engine;
  return {
    async read(runId, { after = journalStart, limit } = {}) {
      const tail = await store.readAfter(runId, after, limit);
      const { run, position, isAtEnd } = tail;
      const events = await finishInTurns(eventsOf(tail), timeSlice);
      return { events, position, status: run.status, ended: isAtEnd && run.endedAt !== undefined, isAtEnd };
    },
    startsInProgress: (runId, limit) => engine.liveRun(runId)?.startsInProgress(limit) ?? [],
    watch: (runId, listener) => store.watch(runId, listener),
  };
}

/** Events that are made between two pauses. */
const atOnce = 50;

function* eventsOf({ run, entries }: Awaited<ReturnType<RunStore["readAfter"]>>): Steps<readonly FeedEvent[]> {
  const events: FeedEvent[] = [];
  for (const [index, entry] of entries.entries()) {
    if (index % atOnce === 0) yield;
    const event = eventOf(run, entry);
    if (event !== undefined) events.push(event);
  }
  return events;
}
