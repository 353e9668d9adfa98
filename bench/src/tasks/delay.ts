import { createRuntime, HumanTaskService, WorkflowExecutionService, type NodeInput, type Runtime } from "@ice/core";
import { analyzeBlueprintInTurns, processTimeSlice } from "@ice/core/internal";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { watchDelays, type Delays } from "./delay-watch.ts";

export interface DelayParameters {
  readonly beside: keyof typeof scenarios;
  /** Share of the full size. */
  readonly scale: number;
}

/** In milliseconds, with the duration of the work. */
export interface DelayFigures extends Delays {
  readonly workMs: number;
}

/** Watches the event loop during heavy work, without its preparation. */
export async function measureDelay({ beside, scale }: DelayParameters): Promise<DelayFigures> {
  const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime() });
  const work = await scenarios[beside](runtime, (full) => Math.max(1, Math.round(full * scale)));
  const watched = await watchDelays();
  const started = performance.now();
  await work();
  const workMs = performance.now() - started;
  const delays = await watched();
  await close();
  return { ...delays, workMs };
}

type Scenario = (runtime: Runtime, size: (full: number) => number) => Promise<() => Promise<unknown>>;

const echo = (id: string, toolArgs: object = {}, more: object = {}): NodeInput =>
  ({ id, type: "tool", toolName: "echo", toolArgs, ...more }) as NodeInput;

const scenarios = {
  iterations: async (runtime, size) => {
    const nodes: NodeInput[] = [
      { id: "each", type: "loop", itemsSource: "inputs.items", maxIterations: 1_000_000, body: [echo("a")] },
    ];
    const workflow = new Workflow(nodes, { name: "iterations", runtime });
    workflow.validate();
    return () => workflow.execute({ items: Array<number>(size(1_000_000)).fill(0) });
  },
  /** The effect of garbage collection alone on a timer: the records of those iterations are created and kept, without an engine. */
  keeping: async (_runtime, size) => async () => {
    const slice = processTimeSlice();
    const kept: unknown[] = [];
    const nodes: Record<string, object> = {};
    for (let index = 0; index < size(1_000_000); index += 1) {
      const [path, at] = [`each[${index}].a`, Date.now()];
      const times = { startedAt: at, endedAt: at, durationMs: 0 };
      const node = { type: "tool", status: "completed", attempts: 1, ...times, output: Object.freeze({ index }) };
      nodes[path] = Object.freeze(node);
      kept.push(Object.freeze({ kind: "outcome", at, path, node }));
      if (index % 16 === 0 && slice.isOver()) await slice.next();
    }
    return kept;
  },
  expressions: async (runtime, size) => {
    const heavy = "{{ range(1000).map(i, i * i).filter(x, x % 3 == 0).size() }}";
    const nodes = Array.from({ length: size(2000) }, (_, at) => echo(`n${at}`, { heavy }));
    const workflow = new Workflow(nodes, { name: "expressions", runtime });
    workflow.validate();
    return () => workflow.execute();
  },
  resume: async (runtime, size) => {
    const ask: NodeInput = { id: "ask", type: "human", promptMessage: "?", approvalType: "approval" };
    const nodes = Array.from({ length: size(10_000) - 1 }, (_, at) =>
      echo(`n${at}`, { at }, at % 2 === 0 ? {} : { dependencies: ["ask"] }),
    );
    await new Workflow([ask, ...nodes], { name: "resume", runtime }).execute({}, { runId: "r" });
    await runtime.use(HumanTaskService).respond("r", "ask", { approved: true });
    return () => runtime.use(WorkflowExecutionService).resume("r");
  },
  starts: async (runtime, size) => {
    const workflows = Array.from(
      { length: size(1000) },
      (_, at) => new Workflow([echo("a", { at }), echo("b", { a: "{{ a.at }}" })], { name: `w${at}`, runtime }),
    );
    return () => Promise.all(workflows.map((workflow) => workflow.execute()));
  },
  errors: async (runtime, size) => {
    const nodes: object[] = [];
    for (let at = 0, text = 0; text < size(1_000_000); at += 1) {
      const node = {
        id: `n${at}`,
        type: at % 2 === 0 ? "tool" : "tol",
        toolName: "ecko",
        toolArgs: { text: `{{ x${at} == }}`, more: `{{ y${at} }}` },
        dependencies: [`m${at}`],
        when: `z${at} ==`,
      };
      nodes.push(node);
      text += JSON.stringify(node).length;
    }
    return () => analyzeBlueprintInTurns({ schemaVersion: "ice/v1", name: "errors", nodes }, { runtime });
  },
} satisfies Record<string, Scenario>;
