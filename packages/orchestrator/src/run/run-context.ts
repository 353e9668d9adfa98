import type { Clock, EventListener, IceError, RunJournal, RunResult, RunStore, Runtime, Signal } from "@ice/core";
import type { RunHistory } from "../history/history.ts";
import type { Plan } from "../plan/plan.ts";
import type { Pace } from "../scheduling/pace.ts";
import type { Bounds } from "./bounds.ts";

/** Runs that a run has started or resumed in this process, by id: those of the workflows of a network. */
export type ChildRuns = Map<string, Promise<RunResult>>;

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
  readonly children?: ChildRuns | undefined;
}

/** Why a process releases a run before its end. */
export type Release =
  | { readonly reason: "waiting" | "interrupted" }
  | { readonly reason: "paused"; readonly path: string }
  | { readonly reason: "lost"; readonly error: IceError };
