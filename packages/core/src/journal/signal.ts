import type { Json } from "../json/json.ts";

/**
 * A message to a run from outside: a named fact about it, an answer to one of its nodes, or that a deadline has passed. The first
 * signal with an id counts.
 */
export interface Signal {
  /** Unique in a run among the signals with a name, or among those without; further ones with the same id have no effect. */
  readonly id: string;
  /** Name of the fact; absent for an answer to a node. */
  readonly name?: string | undefined;
  /** Path of the node that is answered, which may not wait yet; empty for a signal with a name. */
  readonly path: string;
  readonly value: Json;
  /** The sender; null if unknown. */
  readonly by: string | null;
  readonly at: number;
}

/** The result of sending a signal. */
export interface SignalReceipt {
  /** Whether this signal was recorded, because it was the first with its id. */
  readonly recorded: boolean;
  /** The recorded signal with the id: this one, or an earlier one. */
  readonly signal: Signal;
}
