import {
  analyzeBlueprint,
  BlueprintLoader,
  IceError,
  type BlueprintLimits,
  type Clock,
  type Issue,
  type JsonObject,
  type RunOptions,
  type RunResult,
  type Runtime,
  type ServiceKey,
  serviceKey,
} from "@ice/core";
import { checkInputs } from "./check-inputs.ts";
import { toErrorRecord } from "./failure.ts";
import { compilePlan, type Plan } from "./plan.ts";
import { Run } from "./run.ts";
import { WorkflowFrame } from "./workflow-frame.ts";

export interface EngineOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newRunId: () => string;
  /** Limits of the process owner; a blueprint cannot change them. */
  readonly limits: Partial<BlueprintLimits>;
}

/** What became of a blueprint: a plan, unless an issue is an error. */
export interface Compilation {
  readonly issues: readonly Issue[];
  readonly plan: Plan | undefined;
}

/** A run in progress in this process. */
export interface LiveRun {
  readonly run: Run;
  readonly frame: WorkflowFrame;
  cancel(reason: string): void;
}

/** Runs plans. Knows the runs that are in progress, and nothing about where workflows come from. */
export class Engine {
  readonly live = new Map<string, LiveRun>();
  readonly #options: EngineOptions;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  newRunId(): string {
    return this.#options.newRunId();
  }

  /** @param base - the blueprint's own file, from which `./child.yaml` is found. */
  compile(blueprint: unknown, base: string | undefined): Compilation {
    const { runtime, limits } = this.#options;
    const loader = runtime.tryUse(BlueprintLoader);
    const { issues, analyzed } = analyzeBlueprint(blueprint, {
      runtime,
      limits,
      ...(loader === undefined ? {} : { loader }),
      ...(base === undefined ? {} : { base }),
    });
    return { issues, plan: analyzed === undefined ? undefined : compilePlan(analyzed) };
  }

  /**
   * Runs a plan to its end.
   *
   * @throws IceError `ICE_INPUT_INVALID`, `ICE_RUN_EXISTS`, `ICE_USAGE` (a bad run id) before anything runs.
   */
  async execute(plan: Plan, givenInputs: JsonObject, options: RunOptions = {}): Promise<RunResult> {
    const { signal, runId = this.newRunId(), onEvent, maxConcurrency, timeoutSeconds } = options;
    this.#checkRunId(runId);
    const { runtime, clock, random } = this.#options;
    const inputs = checkInputs(plan, givenInputs);
    const run = new Run({ id: runId, runtime, clock, random, onEvent });
    const frame = new WorkflowFrame({ run, plan, inputs, maxConcurrency });
    let cancelled: IceError | undefined;
    const cancel = (reason: string): void => {
      cancelled ??= new IceError("ICE_RUN_CANCELLED", `The run was cancelled: ${reason}.`);
      frame.scope.cancel();
    };
    const onAbort = (): void => cancel("its signal was aborted");
    signal?.addEventListener("abort", onAbort, { once: true });
    this.live.set(runId, { run, frame, cancel });
    try {
      run.emit("workflow.started", undefined, { name: plan.view.name, version: plan.view.version });
      if (signal?.aborted) onAbort();
      const outcome = await frame.execute(timeoutSeconds);
      const status = outcome.status === "failed" ? "failed" : cancelled !== undefined ? "cancelled" : outcome.status;
      const error = status === "cancelled" ? cancelled : outcome.error;
      const endedAt = clock.now();
      const durationMs = endedAt - run.startedAt;
      const errorRecord = error === undefined ? undefined : toErrorRecord(error);
      run.emit(`workflow.${status}`, undefined, { durationMs, ...(errorRecord && { error: { ...errorRecord } }) });
      const { nodes: _, ...usage } = frame.budget.spent;
      return {
        runId,
        workflow: { name: plan.view.name, version: plan.view.version },
        status,
        output: status === "completed" || plan.outputs === undefined ? outcome.output : {},
        nodes: run.nodes,
        usage,
        ...(errorRecord === undefined ? {} : { error: errorRecord }),
        startedAt: run.startedAt,
        endedAt,
        durationMs,
      };
    } finally {
      this.live.delete(runId);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Cancels every run in progress. */
  close(): void {
    for (const { cancel } of this.live.values()) cancel("the orchestrator was closed");
  }

  /** @throws IceError `ICE_RUN_NOT_FOUND`. */
  requireLive(runId: string): LiveRun {
    const live = this.live.get(runId);
    if (live !== undefined) return live;
    throw new IceError("ICE_RUN_NOT_FOUND", `No run "${runId}" is in progress in this process.`, {
      fix: "look at the runs in progress with WorkflowExecutionService.list()",
      details: { runId },
    });
  }

  #checkRunId(runId: string): void {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(runId))
      throw new IceError("ICE_USAGE", `"${runId.slice(0, 140)}" is not a run id.`, {
        fix: "use letters, digits, `.`, `_`, `-`, at most 128, starting with a letter or digit",
      });
    if (this.live.has(runId))
      throw new IceError("ICE_RUN_EXISTS", `A run "${runId}" is in progress already.`, {
        fix: "choose another run id",
      });
  }
}

/** Internal: how `Workflow` finds its engine. */
export const WorkflowEngine: ServiceKey<Engine> = serviceKey("workflowEngine");
