import type { NewRun } from "./stored-run.ts";

/** Options of putting a run into the queue. */
export interface EnqueueOptions {
  /** 0 to 1,000; lower numbers come first. Default 0. */
  readonly priority?: number | undefined;
}

/** A run that a worker will begin or continue. */
export interface QueuedRun {
  readonly runId: string;
  readonly status: "queued";
}

/** Options of handing a run on. */
export interface HandOnOptions {
  /** When a worker takes it at the earliest, in milliseconds from now. Default 0. */
  readonly delayMs?: number | undefined;
  /** Workers care for the run from now on. Default: a run that they do not care for is left alone. */
  readonly detach?: boolean | undefined;
}

/**
 * Hands the runs of a tenant to the workers that share its store. Whoever takes a run opens it in the store, so one that is handed on
 * twice, late or needlessly is executed once all the same.
 */
export interface RunDispatcher {
  /**
   * Stores a run and puts it into the queue, both or neither. It has the status `queued` until a worker takes it.
   *
   * @throws IceError `ICE_RUN_EXISTS`, `ICE_QUEUE_FULL` (100,000 of the tenant wait), `ICE_STORE_*`.
   */
  enqueue(run: NewRun, options?: EnqueueOptions): Promise<void>;
  /**
   * Puts a run into the queue that no process owns and that has not ended.
   *
   * @returns whether it is in the queue now.
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_*`.
   */
  handOn(runId: string, options?: HandOnOptions): Promise<boolean>;
}
