import type { Execution, GuestAnswer, GuestCall, LaneOutcome, ExecutionFailure } from "../lane/execution.ts";

/** What every worker is given when it starts. */
export interface WorkerBasics {
  /**
   * Shared with the pool: `[number of the job in its turn or 0, time by which the turn must end, time at which it began]`,
   * epoch milliseconds.
   */
  readonly watch: BigInt64Array<SharedArrayBuffer>;
  /**
   * Shared with the pool, a slot for each job: its number until it begins, then 0. The thread that exchanges the number for 0 owns the
   * job: the worker, which runs it, or the pool, which takes it back. `-number`: it is cancelled and gets no further turn.
   */
  readonly claims: BigInt64Array<SharedArrayBuffer>;
  /** Most instances kept for reuse. */
  readonly lanes: number;
}

/** What a worker for JavaScript and TypeScript is given. */
export interface WorkerSetup extends WorkerBasics {
  /** URL of the folder with `guest.js`. */
  readonly prebuilt: string;
  /** URL to which `@bytecodealliance/preview2-shim` resolves. */
  readonly shim: string;
}

/** The engine of JavaScript: compiled core modules by file name. */
export type CoreModules = ReadonlyMap<string, WebAssembly.Module>;

export type ToWorker =
  /** What executions need, made while the thread starts. Comes once; executions that come before wait for it. */
  | { readonly type: "engine"; readonly engine: unknown }
  | { readonly type: "run"; readonly job: number; readonly slot: number; readonly execution: Execution }
  | { readonly type: "answer"; readonly job: number; readonly answer: GuestAnswer }
  /** The host ends the job: it asked for what it is not granted. */
  | { readonly type: "stop"; readonly job: number; readonly failure: ExecutionFailure }
  | { readonly type: "cancel"; readonly job: number };

/** What concerns one job. */
export type RunnerMessage = Exclude<ToWorker, { readonly type: "engine" }>;

export type FromWorker =
  | { readonly type: "call"; readonly job: number; readonly call: GuestCall }
  /** The job waits for further answers, after so many: another job may run. */
  | { readonly type: "waits"; readonly job: number; readonly answers: number }
  /** A cancelled job was stopped between two turns. */
  | { readonly type: "gone"; readonly job: number }
  | { readonly type: "ended"; readonly job: number; readonly outcome: LaneOutcome };
