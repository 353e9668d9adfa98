import type { EventBus, EventFor, RunEvent, RunEventType } from "@ice/core";

/** Collects the events of runs. */
export interface EventRecorder {
  readonly events: readonly RunEvent[];
  /** `type path` of each event, in order; with an id, only those of that run. */
  lines(runId?: string): readonly string[];
  /** Events of one type. */
  of<Type extends RunEventType | (string & {})>(type: Type): readonly EventFor<Type>[];
  clear(): void;
  /** Stops recording. */
  stop(): void;
}

/** @param limit - maximum number of events that are kept; the oldest are dropped first. Default 100,000. */
export function recordEvents(bus: EventBus, { limit = 100_000 }: { readonly limit?: number } = {}): EventRecorder {
  const events: RunEvent[] = [];
  const stop = bus.on("*", (event) => {
    events.push(event);
    if (events.length > limit) events.shift();
  });
  return {
    events,
    lines: (runId) =>
      events
        .filter((event) => runId === undefined || event.runId === runId)
        .map(({ type, path }) => (path === undefined ? type : `${type} ${path}`)),
    of: <Type extends string>(type: Type) =>
      events.filter((event): event is RunEvent & EventFor<Type> => event.type === type),
    clear: () => events.splice(0),
    stop,
  };
}
