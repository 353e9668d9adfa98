import type { WorkerNotice } from "./worker-notice.ts";

/** Options of `startWorker`. */
export interface WorkerOptions {
  /** What nodes that require it can be executed here. Default: nothing. */
  readonly provides?: readonly string[] | undefined;
  /** Runs at a time; 0: none. Default 10, or 0 if it provides something. */
  readonly slots?: number | undefined;
  /** Nodes of other runs at a time. Default 10. */
  readonly jobs?: number | undefined;
  /** Called with what its operator may want to know: little, and nothing while all goes well. Default: nothing is reported. */
  readonly onNotice?: ((notice: WorkerNotice) => void) | undefined;
}

/** A process that executes what is queued in its store. */
export interface Worker {
  /** Names it in the store; never used again. */
  readonly id: string;
  readonly provides: readonly string[];
  /**
   * Takes nothing new, lets nodes in flight end, and hands the runs on. The runtime executes nothing afterwards.
   *
   * @param ms - how long nodes may take to end.
   */
  drain(ms: number): Promise<void>;
}
