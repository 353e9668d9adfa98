import type { JsonObject, ObservedStatus } from "@ice/core";

/** What both kinds of events of a run have. */
interface EventFields {
  /** `node.completed`, …: see `docs/reference/events.md`. */
  readonly type: string;
  readonly runId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Path of the node, if it is about one. */
  readonly path?: string;
  readonly nodeType?: string;
  readonly attempt?: number;
  /** Without outputs of nodes. */
  readonly data: JsonObject;
}

/** An event that the run has recorded: every reader gets each of them once, in order, also after restarts of the server. */
export interface DurableEvent extends EventFields {
  readonly kind: "durable";
  /** Where to go on reading: `events(runId, { after })`. */
  readonly position: string;
}

/** Something that happens and is not recorded, such as text of a model. It comes at most once, or not at all. */
export interface LiveEvent extends EventFields {
  readonly kind: "live";
}

/** The status of the run, at a change and from time to time. */
export interface StatusEvent {
  readonly kind: "status";
  readonly status: ObservedStatus;
  /** All durable events up to here were delivered before. */
  readonly position: string;
}

/** What `events()` yields. */
export type RunStreamEvent = DurableEvent | LiveEvent | StatusEvent;
