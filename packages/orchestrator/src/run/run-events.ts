import type { Clock, EventBus, EventListener, RunEvent, RunEventMap, RunEventType, RunJournal } from "@ice/core";
import { defaultTenant, guard } from "@ice/core/internal";
import type { Plan } from "../plan/plan.ts";

export interface RunEventsOptions {
  readonly journal: Pick<RunJournal, "runId" | "epoch">;
  readonly tenant: string;
  readonly kind?: Plan["kind"] | undefined;
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly onEvent: EventListener | undefined;
}

/** The node of an event. */
export interface EventSubject {
  readonly path: string;
  readonly node: { readonly type: string };
  /** Absent if it never ran. */
  readonly attempt?: number;
}

/** Names of the events of a run and of its nodes. A network is a run whose nodes are workflows. */
export const eventNames = {
  workflow: {
    started: "workflow.started",
    resumed: "workflow.resumed",
    suspended: "workflow.suspended",
    completed: "workflow.completed",
    failed: "workflow.failed",
    cancelled: "workflow.cancelled",
    node: {
      started: "node.started",
      completed: "node.completed",
      failed: "node.failed",
      skipped: "node.skipped",
      cancelled: "node.cancelled",
    },
  },
  network: {
    started: "network.started",
    resumed: "network.resumed",
    suspended: "network.suspended",
    completed: "network.completed",
    failed: "network.failed",
    cancelled: "network.cancelled",
    node: {
      started: "network.workflowStarted",
      completed: "network.workflowCompleted",
      failed: "network.workflowFailed",
      skipped: "network.workflowSkipped",
      cancelled: "network.workflowCancelled",
    },
  },
} as const satisfies Readonly<Record<NonNullable<Plan["kind"]> | "workflow", object>>;

/** Events of a resumed run have higher numbers than all earlier ones: epoch n begins at (n − 1) · 2^32. */
const eventsPerEpoch = 2 ** 32;

/** Numbers the events of one run and sends them to its own listener and the bus. */
export class RunEvents {
  /** The run's own listener; it never throws. */
  readonly onEvent: EventListener | undefined;
  readonly names: (typeof eventNames)[keyof typeof eventNames];
  readonly #options: RunEventsOptions;
  /** Identifies the run in its events. */
  readonly #run: { readonly runId: string; readonly tenant?: string };
  #seq: number;

  constructor(options: RunEventsOptions) {
    this.#options = options;
    const { tenant, journal } = options;
    const { runId, epoch } = journal;
    this.#run = tenant === defaultTenant ? { runId } : { runId, tenant };
    this.names = eventNames[options.kind ?? "workflow"];
    this.onEvent = options.onEvent === undefined ? undefined : guard(options.onEvent, "onEvent");
    this.#seq = (epoch - 1) * eventsPerEpoch;
  }

  /** Whether anyone listens. */
  get observed(): boolean {
    return this.onEvent !== undefined || this.#options.bus.active;
  }

  /**
   * Takes the next number, whether or not there is a listener. Returns true if there is one, so that the event has to be sent.
   */
  next(): boolean {
    this.#seq += 1;
    return this.observed;
  }

  /** Sends the event with the number that `next` has taken. */
  send<Type extends RunEventType>(type: Type, data: RunEventMap[Type], subject?: EventSubject): void {
    const { clock, bus } = this.#options;
    const event = {
      type,
      ...this.#run,
      seq: this.#seq,
      at: clock.now(),
      ...(subject && { path: subject.path, nodeType: subject.node.type }),
      ...(subject?.attempt !== undefined && { attempt: subject.attempt }),
      data,
    } as unknown as RunEvent;
    this.onEvent?.(event);
    bus.emit(event);
  }
}
