import {
  BlueprintLoader,
  HumanTaskService,
  NetworkCoordinatorFactory,
  RunStore,
  WorkflowExecutionService,
  WorkflowFactory,
  type BlueprintLimits,
  type Issue,
  type JsonObject,
  type RunOptions,
  type RunResult,
  type Runtime,
  type WorkflowHandle,
} from "@ice/core";
import type { CommandContext } from "../args/command.ts";
import type { commonFlags, Flags } from "../args/flags.ts";

/** A workflow that can be run. */
export type RunnableWorkflow = Pick<WorkflowHandle, "execute" | "enqueue">;

/** A blueprint that was checked. */
interface CheckedWorkflow {
  readonly issues: readonly Issue[];
  readonly workflow: RunnableWorkflow;
}

/** A blueprint as a command has read it. */
export interface GivenWorkflow {
  readonly data: unknown;
  /** Undefined for what a module exports. */
  readonly text: string | undefined;
  /** Where relative references begin; none for standard input. */
  readonly base: string | undefined;
}

/** A workflow that the server knows by its name. */
interface NamedWorkflow {
  /** Its blueprint, or the part of it that is known. */
  readonly data: JsonObject;
  readonly workflow: RunnableWorkflow;
}

/** Blueprints become workflows. */
export interface Workflows {
  check(given: GivenWorkflow): Promise<CheckedWorkflow>;
  /** A workflow by its name, for what is no file. Undefined where there are none. @throws IceError `ICE_FILE_NOT_FOUND`. */
  named(name: string): Promise<NamedWorkflow | undefined>;
  /** Loads what modules export. */
  readonly loader: Pick<BlueprintLoader, "load">;
}

/** Options of continuing a run. */
interface ContinueOptions extends RunOptions {
  readonly workflow?: RunnableWorkflow | undefined;
  readonly force?: boolean | undefined;
}

/** The runs of a store, or of a server. */
export interface Runs extends Pick<
  WorkflowExecutionService,
  "list" | "show" | "explain" | "signal" | "cancel" | "whenDetachedEnd" | "handOn" | "wait"
> {
  resume(runId: string, options?: ContinueOptions): Promise<RunResult>;
}

/** What commands about runs work with: an engine in this process, or a server. */
export interface RunServices {
  readonly runs: Runs;
  readonly networks: Pick<NetworkCoordinatorFactory, "has" | "show" | "resume">;
  readonly tasks: Pick<HumanTaskService, "respond">;
  readonly store: Pick<RunStore, "durable" | "summary" | "collect" | "url" | "dispatcher">;
  readonly workflows: Workflows;
  /** The owner's limits on blueprints. */
  readonly limits: Partial<BlueprintLimits>;
}

/** What a command about runs works with. */
export type RunContext<Own extends Flags = typeof commonFlags> = CommandContext<Own> & RunServices;

/** The services of an engine. */
export function localServices(runtime: Runtime, limits: Partial<BlueprintLimits>): RunServices {
  const factory = runtime.use(WorkflowFactory);
  return {
    runs: runtime.use(WorkflowExecutionService),
    networks: runtime.use(NetworkCoordinatorFactory),
    tasks: runtime.use(HumanTaskService),
    store: runtime.use(RunStore),
    workflows: {
      async check({ data, base }) {
        const workflow = factory.create(data, { base });
        return { issues: workflow.issues(), workflow };
      },
      named: async () => undefined,
      loader: runtime.use(BlueprintLoader),
    },
    limits,
  };
}
