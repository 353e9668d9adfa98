import type { Clock, JsonObject, ResumeOptions, RunStarter, RunStore, StoredRun } from "@ice/core";
import type { CompilerOptions } from "../plan/compiler.ts";
import type { Plan } from "../plan/plan.ts";
import type { ChildRuns } from "../run/run.ts";

export interface EngineOptions extends CompilerOptions {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newRunId: () => string;
}

/** What the engine's own callers say besides. */
export interface InternalRunOptions {
  /** Added to the inputs once those were checked. */
  readonly addedInputs?: JsonObject;
  /** Filled with the runs that the run starts. */
  readonly children?: ChildRuns;
  /** The node that starts the run, when another run does. */
  readonly startedBy?: RunStarter;
  /** Called once the run is kept. */
  readonly onCreated?: () => void;
}

export type EngineResumeOptions = ResumeOptions & {
  readonly given?: Plan;
  /** The run, when it was read a moment ago. */
  readonly kept?: StoredRun;
  readonly cancel?: string;
  readonly children?: ChildRuns;
};

export interface Starting {
  /** To be called once the run is among the live ones. */
  readonly isLive: () => void;
}
