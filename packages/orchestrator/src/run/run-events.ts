import { guard, type Clock, type EventListener, type JsonObject, type RunEvent, type Runtime } from "@ice/core";

/** Where an event belongs; an event of the whole run has none of these. */
export interface EventPlace {
  readonly path?: string | undefined;
  readonly nodeType?: string | undefined;
  readonly attempt?: number | undefined;
}

/** Events of a resumed run are numbered above all of its earlier ones: epoch n begins at (n − 1) · 2^32. */
const eventsPerEpoch = 2 ** 32;

/** The events of one run, numbered. Sequence numbers are given out whether or not anybody listens; objects are not made then. */
export class RunEvents {
  readonly #runId: string;
  readonly #clock: Clock;
  readonly #bus: Runtime["events"];
  readonly #onEvent: ((event: RunEvent) => void) | undefined;
  #seq: number;

  constructor(
    runId: string,
    {
      clock,
      bus,
      onEvent,
      epoch,
    }: {
      readonly clock: Clock;
      readonly bus: Runtime["events"];
      readonly onEvent: EventListener | undefined;
      readonly epoch: number;
    },
  ) {
    this.#runId = runId;
    this.#clock = clock;
    this.#bus = bus;
    this.#onEvent = onEvent === undefined ? undefined : guard(onEvent, "onEvent");
    this.#seq = (epoch - 1) * eventsPerEpoch;
  }

  /** Takes a number, and says whether anybody wants to hear of it. */
  next(): boolean {
    this.#seq += 1;
    return this.#onEvent !== undefined || this.#bus.active;
  }

  /** Delivers what the last number stands for. */
  deliver(type: string, data: JsonObject, { path, nodeType, attempt }: EventPlace = {}): void {
    const event: RunEvent = {
      type,
      runId: this.#runId,
      seq: this.#seq,
      at: this.#clock.now(),
      ...(path === undefined ? {} : { path }),
      ...(nodeType === undefined ? {} : { nodeType }),
      ...(attempt === undefined ? {} : { attempt }),
      data,
    };
    this.#onEvent?.(event);
    this.#bus.emit(event);
  }
}
