import { guard, type Clock, type EventBus, type EventListener, type JsonObject, type RunEvent } from "@ice/core";
import type { Plan } from "../plan/plan.ts";

export interface RunEventsOptions {
  readonly runId: string;
  readonly kind: Plan["kind"];
  /** How many processes have had the run, this one included. */
  readonly epoch: number;
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly onEvent: EventListener | undefined;
}

/** Events of a resumed run are numbered above all of its earlier ones: epoch n begins at (n − 1) · 2^32. */
const eventsPerEpoch = 2 ** 32;

/** Numbers the events of one run and sends them to its own listener and the bus. */
export class RunEvents {
  /** The run's own listener; it never throws. */
  readonly onEvent: EventListener | undefined;
  readonly #options: RunEventsOptions;
  #seq: number;

  constructor(options: RunEventsOptions) {
    this.#options = options;
    this.onEvent = options.onEvent === undefined ? undefined : guard(options.onEvent, "onEvent");
    this.#seq = (options.epoch - 1) * eventsPerEpoch;
  }

  /** Takes the next number, whether or not there is a listener. True when there is one: then the event has to be sent. */
  next(): boolean {
    this.#seq += 1;
    return this.onEvent !== undefined || this.#options.bus.active;
  }

  tell(type: string, data: JsonObject, path?: string, nodeType?: string, attempt?: number): void {
    const { runId, kind, clock, bus } = this.#options;
    const event: RunEvent = {
      type: kind === "network" ? inNetwork(type) : type,
      runId,
      seq: this.#seq,
      at: clock.now(),
      ...(path === undefined ? {} : { path }),
      ...(nodeType === undefined ? {} : { nodeType }),
      ...(attempt === undefined ? {} : { attempt }),
      data,
    };
    this.onEvent?.(event);
    bus.emit(event);
  }
}

/** In a network the run is the network, and its nodes are workflows: `node.started` is `network.workflowStarted` there. */
function inNetwork(type: string): string {
  if (type.startsWith("workflow.")) return `network.${type.slice("workflow.".length)}`;
  return type.replace(/^node\.(.)/, (_all, first: string) => `network.workflow${first.toUpperCase()}`);
}
