import type { IceError } from "../errors/ice-error.ts";
import type { Json, JsonObject } from "../json/json.ts";
import type { Allowance, Usage } from "../result/result.ts";
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

/** Something that an attempt has recorded under a key: the next attempt finds it instead of doing it again. */
export interface PlacedStep {
  readonly key: string;
  readonly value: Json;
  /** What the attempt has used since its last step. */
  readonly usage?: Partial<Usage> | undefined;
}

/** A turn of a conversation that lives in a run: of an agent with `memory.scope: "run"`. */
export interface PlacedTurn {
  readonly thread: string;
  readonly input: Json;
  readonly output: Json;
  /** What a model was asked and has answered, tool calls included, as `ModelMessage`s. */
  readonly messages?: readonly JsonObject[] | undefined;
}

/** One attempt of a node that another worker executes. */
export interface PlacedJob {
  readonly runId: string;
  readonly path: string;
  /** Type of the node. */
  readonly type: string;
  /** From 1. */
  readonly attempt: number;
  /** Set where a container around the node is tried again, whose nodes begin with attempt 1 again: another one for each time. */
  readonly repetition?: string | undefined;
  /** What the worker has to provide: sorted names. */
  readonly requires: readonly string[];
  /** Hash of the document of the run. */
  readonly document: string;
  /** The evaluated fields of the node. */
  readonly config: JsonObject;
  /** Outputs of its dependencies. */
  readonly context: JsonObject;
  /** The inputs of its workflow. */
  readonly input: JsonObject;
  readonly idempotencyKey: string;
  /** Like the key, but another one when a container around is tried again: it identifies calls that the node makes. */
  readonly callId: string;
  /** Default: no limit. */
  readonly allowance?: Allowance | undefined;
  /** What earlier attempts have recorded. */
  readonly steps?: readonly PlacedStep[] | undefined;
  /** Earlier turns of the conversation that the node takes part in, the oldest first. */
  readonly turns?: readonly PlacedTurn[] | undefined;
}

/**
 * How an attempt on another worker ended. `lost`: its worker died before it had an outcome; or, with `left`, was stopped or lacks a tool or
 * a type of the workflow, which is no fault of the node. `usage`: since its last step. `turn`: what it adds to its conversation.
 */
export type PlacedOutcome =
  | { readonly output: Json; readonly usage: Partial<Usage>; readonly turn?: PlacedTurn | undefined }
  | { readonly error: IceError; readonly usage: Partial<Usage> }
  | { readonly lost: true; readonly left?: true };

/** An outcome as the owner of the run gets it, with the steps of the attempt in the order in which they were recorded. */
export type PlacedResult = PlacedOutcome & { readonly steps?: readonly PlacedStep[] | undefined };

/** What the owner of a run learns about an attempt on another worker before its outcome. */
export interface PlacedListener {
  /** A worker has taken it. @param worker - its id, as `ice workers` lists it. Called again if another one takes it over. */
  readonly onClaimed?: ((worker: string) => void) | undefined;
}

/**
 * Hands the runs of a tenant to the workers that share its store. The worker that takes a run opens it in the store, so one that is handed on
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
  /** Whether this process executes nodes itself that require these names. */
  executes(requires: readonly string[]): boolean;
  /**
   * Lets a worker execute an attempt. The same attempt is executed once, whichever process asks, also one that continues the run of a
   * dead one.
   *
   * @param signal - cancels it.
   * @throws IceError `ICE_STORE_*`.
   */
  place(job: PlacedJob, signal: AbortSignal, listener?: PlacedListener): Promise<PlacedResult>;
  /**
   * The workers that have taken attempts, by their ids, in the order of the attempts; undefined for one that waits.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_*`.
   */
  workersOf(
    runId: string,
    attempts: readonly Pick<PlacedJob, "path" | "attempt">[],
  ): Promise<readonly (string | undefined)[]>;
}
