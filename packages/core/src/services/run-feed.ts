import type { Position } from "../journal/position.ts";
import type { JsonObject } from "../json/json.ts";
import type { ObservedStatus } from "../result/result.ts";
import type { RunEventType } from "../events/run-event.ts";

/** An event that a record or a signal of a run stands for: the same for every reader, whenever it is read. */
export interface FeedEvent {
  /** The position after its record or signal. */
  readonly position: Position;
  readonly type: RunEventType;
  readonly runId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Path of the node, if it is about one. */
  readonly path?: string;
  readonly nodeType?: string;
  readonly attempt?: number;
  /** Without outputs of nodes; at most 16 KiB as JSON. */
  readonly data: JsonObject;
}

/** The events of a part of a journal. */
export interface FeedPage {
  readonly events: readonly FeedEvent[];
  /** Where the next page begins. Entries that stand for no event count too. */
  readonly position: Position;
  readonly status: ObservedStatus;
  /** Whether the run has ended, and no event is left. */
  readonly ended: boolean;
  /** Whether there was nothing more when it was read. */
  readonly isAtEnd: boolean;
}

/** The events of a tenant's runs as they follow from the journals: without gaps, in any process, also after restarts. */
export interface RunFeed {
  /**
   * @param options.after - default: the start.
   * @param options.limit - maximum number of entries that are read: 1 to 500, the default.
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_POSITION_INVALID`, `ICE_STORE_*`.
   */
  read(
    runId: string,
    options?: { readonly after?: Position | undefined; readonly limit?: number | undefined },
  ): Promise<FeedPage>;
  /**
   * The starts of nodes that this process executes right now and whose start has no record. None of a run that another process
   * executes.
   *
   * @param limit - at most so many.
   */
  startsInProgress(runId: string, limit: number): readonly Omit<FeedEvent, "position">[];
  /** See `RunStore.watch`. */
  watch(runId: string, listener: () => void): () => void;
}
