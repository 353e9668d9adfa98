import type {
  Clock,
  EventListener,
  IceError,
  JsonObject,
  PlacedJob,
  RunJournal,
  RunResult,
  RunStarter,
  RunStore,
  Runtime,
  Signal,
} from "@ice/core";
import type { RunHistory } from "../history/history.ts";
import type { Plan } from "../plan/plan.ts";
import type { Pace } from "../scheduling/pace.ts";
import type { Bounds } from "./bounds.ts";

/** Runs that a run has started or resumed in this process, by id: those of the workflows of a network. */
export type ChildRuns = Map<string, Promise<RunResult>>;

/** A run of its own that a node starts. */
interface DetachedRun {
  readonly plan: Plan;
  readonly inputs: JsonObject;
  readonly runId: string;
  /** The node that starts it. */
  readonly startedBy: RunStarter;
  readonly depth: number;
}

export interface RunContext {
  readonly id: string;
  readonly kind?: Plan["kind"] | undefined;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly bounds: Bounds;
  /** 0 ≤ x < 1; decides the jitter of retries. */
  readonly random: () => number;
  readonly onEvent?: EventListener | undefined;
  readonly store: RunStore;
  readonly journal: RunJournal;
  readonly startedAt: number;
  /** The records of earlier processes; undefined for a new run. */
  readonly history?: RunHistory | undefined;
  readonly signals?: readonly Signal[] | undefined;
  /** Wait for answers instead of suspending. */
  readonly waitForSignals?: boolean | undefined;
  /** Whether nodes may take outputs of earlier runs. Default true. */
  readonly usesCache?: boolean | undefined;
  /** A timer that ends within this time keeps the run in this process, in milliseconds. Default 0. */
  readonly stayMs?: number | undefined;
  readonly children?: ChildRuns | undefined;
  /** How many workflows are around it, if a node has started it detached. Default 0. */
  readonly depth?: number | undefined;
  /** Whether a host continues it, and the runs that it starts. Default false. */
  readonly hosted?: boolean | undefined;
  /** Keys of its only node, if another process has decided them. */
  readonly keys?: Pick<PlacedJob, "idempotencyKey" | "callId"> | undefined;
  /** Starts a run of its own. Resolves when it is recorded. @throws IceError `ICE_INPUT_INVALID`, `ICE_RUN_EXISTS`, `ICE_STORE_*`. */
  readonly detach: (detached: DetachedRun) => Promise<void>;
}

/** Why a process releases a run before its end. */
export type Release =
  | {
      readonly reason: "waiting";
      /** When the first node goes on by itself, or fails at its deadline. Epoch milliseconds; absent if none does. */
      readonly resumeAt?: number;
    }
  | { readonly reason: "interrupted" }
  | { readonly reason: "paused"; readonly path: string }
  | { readonly reason: "lost"; readonly error: IceError };
