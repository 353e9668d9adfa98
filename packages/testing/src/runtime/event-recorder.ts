import type { EventBus, EventFor, RunEvent, RunEventType } from "@ice/core";

/** Keeps the events of runs for a test to look at. */
export interface EventRecorder {
  readonly events: readonly RunEvent[];
  /** `type path` of each event, in order; of one run when its id is given. */
  lines(runId?: string): readonly string[];
  /** Events of one type. */
  of<Type extends RunEventType | (string & {})>(type: Type): readonly EventFor<Type>[];
  clear(): void;
  /** Stops recording. */
  stop(): void;
}

/** @param limit - most events that are kept, the oldest go first. Default 100,000. */
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
