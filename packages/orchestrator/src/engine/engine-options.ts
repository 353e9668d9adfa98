import type {
  Clock,
  JsonObject,
  ResumeOptions,
  RunJournal,
  RunOptions,
  RunStarter,
  RunStore,
  StoredRun,
} from "@ice/core";
import type { RunHistory } from "../history/history.ts";
import type { Compiler, CompilerOptions } from "../plan/compiler.ts";
import type { Plan } from "../plan/plan.ts";
import type { Bounds } from "../run/bounds.ts";
import type { ChildRuns } from "../run/run-context.ts";
import type { Pace } from "../scheduling/pace.ts";
import type { DetachedRuns } from "./detached-runs.ts";
import type { LiveRuns } from "./live-runs.ts";
import type { RunInbox } from "./run-inbox.ts";
import type { StartingRuns } from "./starting-runs.ts";

export interface EngineOptions extends CompilerOptions {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newRunId: () => string;
  /** Default of `RunOptions.staySeconds`: 60. */
  readonly staySeconds?: number | undefined;
}

/** What the engines of all tenants share. */
export interface SharedEngine {
  readonly options: EngineOptions;
  readonly pace: Pace;
  readonly bounds: Bounds;
  readonly compiler: Compiler;
  readonly starting: StartingRuns;
  readonly live: LiveRuns;
  readonly detached: DetachedRuns;
}

/** Options for the engine's internal callers. */
export interface InternalRunOptions {
  /** Added to the inputs after they were checked. */
  readonly addedInputs?: JsonObject | undefined;
  /** Filled with the runs that this run starts. */
  readonly children?: ChildRuns | undefined;
  /** The node that starts the run, if another run does. */
  readonly startedBy?: RunStarter | undefined;
  /** How many workflows are around it. Default 0. */
  readonly depth?: number | undefined;
  /** Called once the run is stored. */
  readonly onCreated?: (() => void) | undefined;
}

export type EngineResumeOptions = ResumeOptions & {
  readonly given?: Plan | undefined;
  /** The run, if the caller has just read it. */
  readonly kept?: StoredRun | undefined;
  readonly cancel?: string | undefined;
  readonly children?: ChildRuns | undefined;
  /** Called once this process owns the run. */
  readonly onOpened?: (() => void) | undefined;
};

export interface Starting {
  /** To be called once the run is live. */
  readonly isLive: () => void;
}

/** What the engine needs of a stored run to execute it. */
export type OwnedRun = Pick<
  StoredRun,
  "runId" | "startedBy" | "startedAt" | "inputs" | "options" | "records" | "signals" | "hosted" | "lostOwners"
>;

/** A run that is recorded and that this process owns. */
export interface RunToContinue extends Starting {
  readonly owner: RunInbox;
  readonly journal: RunJournal;
  /** The records of earlier processes; undefined for a new run. */
  readonly history: RunHistory | undefined;
  readonly options: Omit<RunOptions, "runId">;
  /** A reason to cancel it before anything starts. */
  readonly cancel?: string | undefined;
  readonly children?: ChildRuns | undefined;
}
