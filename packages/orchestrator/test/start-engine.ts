import {
  WorkflowExecutionService,
  type Json,
  type NodeInput,
  type RunOptions,
  type RunResult,
  type SentSignal,
  type SignalOptions,
} from "@ice/core";
import { createTestRuntime, type TestRuntime } from "@ice/testing";
import { onTestFinished } from "vitest";
import { initializeOrchestrator, Workflow, type OrchestratorOptions, type WorkflowOptions } from "../src/index.ts";

/** What else the workflow has: `settings`, `outputs`. */
type Rest = Partial<Omit<WorkflowOptions, "runtime">>;

/** An engine under a fake clock. Its runs are called `r`, unless something else is said. */
export interface StartedEngine extends TestRuntime {
  readonly runs: WorkflowExecutionService;
  /** Runs the nodes until they end or suspend. */
  execute(nodes: readonly NodeInput[], options?: RunOptions, rest?: Rest): Promise<RunResult>;
  /** The same, while the test moves the clock. */
  start(nodes: readonly NodeInput[], options?: RunOptions, rest?: Rest): Promise<RunResult>;
  resume(runId?: string): Promise<RunResult>;
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>;
  /** @throws what `WorkflowExecutionService.signal` throws. */
  signal(name: string, payload?: Json, more?: SignalOptions): Promise<SentSignal>;
}

/** Starts an engine for a run that is suspended, gets signals, and is resumed. Closed when the test has ended. */
export async function startEngine(
  start: OrchestratorOptions = {},
  before?: Parameters<typeof createTestRuntime>[2],
): Promise<StartedEngine> {
  const test = await createTestRuntime(initializeOrchestrator, start, before);
  onTestFinished(() => test.close());
  const { runtime, clock } = test;
  const runs = runtime.use(WorkflowExecutionService);
  const begin: StartedEngine["start"] = (nodes, options, rest) =>
    new Workflow(nodes, { name: "test", ...rest, runtime }).execute({}, { runId: "r", ...options });
  return {
    ...test,
    runs,
    execute: (nodes, options, rest) => clock.runUntil(begin(nodes, options, rest)),
    start: begin,
    async settle() {
      for (let turns = 0; turns < 20; turns += 1) await clock.advance(0);
    },
    resume: (runId = "r") => clock.runUntil(runs.resume(runId)),
    signal: (name, payload = null, more = {}) => runs.signal("r", name, { payload, ...more }),
  };
}
