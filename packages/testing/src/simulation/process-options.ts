import type { Clock, JournalRecord } from "@ice/core";

/** A call of a store, as a fault sees it. */
export interface StoreCall {
  readonly name:
    | "create"
    | "open"
    | "append"
    | "signal"
    | "read"
    | "appendTurn"
    | "readTurns"
    | "getOutput"
    | "keepOutput";
  /** Number of the call in this process, from 1. */
  readonly nth: number;
  /** For turns of conversations, the name of their thread; for kept outputs, their key. */
  readonly runId: string;
  /** For `append` only. */
  readonly record?: JournalRecord;
}

/**
 * The fault of a call. `keep`: none. `reject`: the store fails, and this journal with it; what was not durable is lost.
 * `crashBefore`: the process crashes, and what was not durable is lost. `crashAfter`: the process crashes after everything it
 * appended has become durable, before any promise settles.
 */
export type StoreFault = "keep" | "reject" | "crashBefore" | "crashAfter";

/** When simulated commits become durable. */
export interface CommitOptions {
  readonly clock: Pick<Clock, "setTimer">;
  readonly delayMs: () => number;
}

/** Options of one process that connects to a disk. */
export interface ProcessOptions {
  /** When appends become durable: all pending ones together, `delayMs` milliseconds after the first. Default: immediately. */
  readonly commit?: CommitOptions | undefined;
  readonly fault?: ((call: StoreCall) => StoreFault) | undefined;
  /** When it learns of the signals that others send to its runs. Default: immediately. */
  readonly notice?: ((deliver: () => void) => void) | undefined;
  /** Called when a `crash…` fault occurs. */
  readonly onCrash?: (() => void) | undefined;
  /** Called with a record that was appended after the process had released or ended the run. */
  readonly onLateAppend?: ((record: JournalRecord) => void) | undefined;
}
