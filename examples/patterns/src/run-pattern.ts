import { createBlueprintLoader, load } from "@ice/builder";
import {
  BlueprintLoader,
  createRuntime,
  HumanTaskService,
  WorkflowExecutionService,
  WorkflowFactory,
  type RunEvent,
  type RunResult,
  type Runtime,
} from "@ice/core";
import { createFileAccess } from "@ice/host";
import { initializeOrchestrator } from "@ice/orchestrator";
import { differencesOfRun, differencesOfStep, statusesOf, Timeline, type Statuses } from "./observe.ts";
import { folder, type Pattern } from "./patterns.ts";
import type { Action, ExecutionStep, Step } from "./trace.ts";

/** What was observed of a pattern. */
export interface Observation {
  /** Status of the run after each `run` and `resume`. */
  readonly statuses: readonly string[];
  /** What differs from the trace. */
  readonly differences: readonly string[];
}

/** A run that takes longer is cancelled, so that a wrong pattern cannot hang. Right ones take milliseconds. */
const maxRunMs = 60_000;

/** Takes all steps of the trace of a pattern, in a runtime of its own; runs are kept in memory. */
export async function runPattern(pattern: Pattern): Promise<Observation> {
  const runtime = createRuntime();
  runtime.provide(BlueprintLoader, createBlueprintLoader({ files: createFileAccess({ directory: folder }) }));
  const { close } = await initializeOrchestrator({ runtime });
  try {
    return await new PatternRun(pattern, runtime).observe();
  } finally {
    await close();
  }
}

class PatternRun {
  readonly #pattern: Pattern;
  readonly #runtime: Runtime;
  readonly #runs: WorkflowExecutionService;
  readonly #timeline = new Timeline();
  /** What is known of each run, by id. */
  readonly #known = new Map<string, Statuses>();
  readonly #statuses: string[] = [];
  readonly #differences: string[] = [];

  constructor(pattern: Pattern, runtime: Runtime) {
    this.#pattern = pattern;
    this.#runtime = runtime;
    this.#runs = runtime.use(WorkflowExecutionService);
  }

  get #runId(): string {
    return `wcp-${this.#pattern.number}`;
  }

  async observe(): Promise<Observation> {
    const { trace } = this.#pattern;
    let done = 0;
    try {
      for (; done < trace.steps.length; done += 1) await this.#take(trace.steps[done]!, `step ${done + 1}`);
      const { output } = await this.#runs.show(this.#runId);
      this.#differences.push(...differencesOfRun(output, this.#timeline, trace));
    } catch (error) {
      this.#differences.push(`step ${done + 1}: ${String(error)}`);
    }
    return { statuses: this.#statuses, differences: this.#differences };
  }

  async #take(step: Step, name: string): Promise<void> {
    if (!("changes" in step)) return this.#act(step);
    const expected = "run" in step ? step.run : step.resume;
    const result = await this.#execute(step);
    await this.#runs.whenDetachedEnd();
    const { runId, status, error } = result;
    const why = error === undefined ? "" : ` (${error.code}: ${error.message})`;
    const after = statusesOf(result);
    this.#statuses.push(status);
    this.#differences.push(
      ...(status === expected ? [] : [`${name}: the run is ${status}, expected ${expected}${why}`]),
      ...differencesOfStep(this.#known.get(runId) ?? {}, after, step.changes).map((one) => `${name}: ${one}`),
    );
    this.#known.set(runId, after);
  }

  /** @throws what an action in `during` throws; the run is then cancelled. */
  async #execute(step: ExecutionStep): Promise<RunResult> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(maxRunMs)]);
    const actions: Promise<void>[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.runId === this.#runId) this.#timeline.add(event);
      if (step.during === undefined || event.type !== "node.started" || event.path !== step.during.node) return;
      actions.push(this.#act(step.during.do));
      actions.at(-1)!.catch(() => stop.abort()); // it is thrown below
    };
    const result = await ("run" in step
      ? this.#start({ signal, onEvent })
      : this.#runs.resume(step.runId ?? this.#runId, { signal, onEvent }));
    await Promise.all(actions);
    return result;
  }

  #start(options: { readonly signal: AbortSignal; readonly onEvent: (event: RunEvent) => void }): Promise<RunResult> {
    const { file } = this.#pattern;
    const workflow = this.#runtime.use(WorkflowFactory).create(load(file), { base: file });
    return workflow.execute({}, { ...options, runId: this.#runId });
  }

  async #act(action: Action): Promise<void> {
    const { runId = this.#runId } = action;
    if ("cancel" in action) await this.#runs.cancel(runId);
    else if ("signal" in action) await this.#runs.signal(runId, action.signal, { payload: action.payload });
    else await this.#runtime.use(HumanTaskService).respond(runId, action.respond, action.answer);
  }
}
