import type { EventListener } from "../events/event-bus.ts";
import type { EnqueueOptions } from "../journal/run-dispatcher.ts";

/** Options of one run. */
export interface RunOptions {
  /** Cancels the run when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Unique; letters, digits, `.`, `_`, `-`, at most 128. Default a UUID v7. */
  readonly runId?: string | undefined;
  /**
   * Whose run it is: 1 to 63 of `a`-`z`, `0`-`9` and `-`, starting with a letter or digit. Run ids are unique within a tenant. Default:
   * the tenant of the orchestrator.
   */
  readonly tenant?: string | undefined;
  /** Who starts it, in at most 200 characters; lists show it. Default: unknown. */
  readonly createdBy?: string | undefined;
  /** Hash of the request that starts it, at most 64 characters, which the run keeps to recognize a repeated request. */
  readonly requestHash?: string | undefined;
  /** Whether a `RunHost` continues it, in this process or a later one. Default false. */
  readonly hosted?: boolean | undefined;
  /** Called once, when the run is recorded. */
  readonly onCreated?: (() => void) | undefined;
  /** Called with every event of this run, outside the commit path. */
  readonly onEvent?: EventListener | undefined;
  /** Overrides `settings.maxConcurrency`. */
  readonly maxConcurrency?: number | undefined;
  /** Overrides `settings.timeoutSeconds`. */
  readonly timeoutSeconds?: number | undefined;
  /** Stay for answers, signals, times and deadlines instead of suspending. Default false. */
  readonly wait?: boolean | undefined;
  /**
   * Stay for a `wait` whose time comes within this many seconds, if nothing else can go on. Deadlines do not count. Default: that of the
   * orchestrator, 60.
   */
  readonly staySeconds?: number | undefined;
  /** Whether nodes with `cache` may take outputs of earlier runs, and leave theirs. Default true. */
  readonly cache?: boolean | undefined;
  /**
   * Leaves the run when aborted: executors are aborted, nothing is recorded for their nodes, and `resume` continues. The result
   * has the status `interrupted`.
   */
  readonly interrupt?: AbortSignal | undefined;
}

/** Options of a run that a worker begins. What concerns the process that executes it is up to the worker. */
export type RunToQueue = Pick<
  RunOptions,
  "runId" | "tenant" | "createdBy" | "requestHash" | "onCreated" | "maxConcurrency" | "timeoutSeconds"
> &
  EnqueueOptions;
