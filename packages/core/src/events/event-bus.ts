import { messageOf } from "../errors/ice-error.ts";
import { createEmitter } from "./emitter.ts";
import type { EventFor, RunEvent, RunEventType, UndeclaredType } from "./run-event.ts";

/** Receives events. An error that it throws or rejects with is reported once and has no other effect. */
export type EventListener<Event = RunEvent> = (event: Event) => unknown;

/** Subscribes to one type of event, or to all with `"*"`. */
export interface Listen<Result> {
  /** For a type that is not declared in `RunEventMap`. */
  <Type extends string>(type: Type & UndeclaredType<Type>, listener: EventListener<EventFor<Type>>): Result;
  <Type extends RunEventType | "*">(type: Type, listener: EventListener<EventFor<Type>>): Result;
}

/** Delivers events of runs to listeners, outside the commit path: a listener can affect neither a run nor another listener. */
export interface EventBus {
  /** Subscribes to one type of event, or to all with `"*"`. @returns an unsubscribe function; further calls have no effect. */
  readonly on: Listen<() => void>;
  emit(event: RunEvent): void;
  /** True if there are listeners; the engine creates no event objects otherwise. */
  readonly active: boolean;
}

/** Creates a bus without listeners. @param report - called for each error of a listener; default `console.error`, on one line. */
export function createEventBus({ report = reportToConsole }: { report?: (message: string) => void } = {}): EventBus {
  const emitter = createEmitter<Record<string, RunEvent>>();
  let listeners = 0;
  const bus: EventBus & { active: boolean } = {
    // A plain property, because the engine reads it twice per node: a getter takes 5 % of a node's time.
    active: false,
    on(type: string, listener: EventListener) {
      const guarded = guard(listener, type, report);
      // mitt calls a "*" handler with (type, event) and every other handler with (event).
      const handler = type === "*" ? (_type: unknown, event: RunEvent) => guarded(event) : guarded;
      emitter.on(type, handler as (event: RunEvent) => void);
      listeners += 1;
      bus.active = true;
      let listening = true;
      return () => {
        if (!listening) return;
        listening = false;
        listeners -= 1;
        bus.active = listeners > 0;
        emitter.off(type, handler as (event: RunEvent) => void);
      };
    },
    emit: (event: RunEvent) => emitter.emit(event.type, event),
  };
  return bus;
}

/** A listener that cannot fail: its errors are reported, once. */
export function guard(
  listener: EventListener,
  type: string,
  report: (message: string) => void = reportToConsole,
): (event: RunEvent) => void {
  let reported = false;
  const fail = (error: unknown): void => {
    if (reported) return;
    reported = true;
    report(
      `ice: a listener of "${type}" failed: ${messageOf(error)}. The run continues; further failures of this listener are not reported.`,
    );
  };
  return (event) => {
    try {
      const result = listener(event);
      if (result instanceof Promise) result.catch(fail);
    } catch (error) {
      fail(error);
    }
  };
}

function reportToConsole(message: string): void {
  console.error(message);
}
