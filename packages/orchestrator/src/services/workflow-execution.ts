import type { RunHandle, WorkflowExecutionService } from "@ice/core";
import type { Engine } from "../run/engine.ts";

/** Runs workflows for layers that do not import the orchestrator, and knows which are in progress. */
export function createWorkflowExecutionService(engine: Engine): WorkflowExecutionService {
  return {
    execute: (workflow, inputs, options) => workflow.execute(inputs, options),
    start(workflow, inputs, { signal, runId = engine.newRunId(), ...options } = {}): RunHandle {
      const controller = new AbortController();
      const cancel = (reason?: string): void => controller.abort(reason);
      const forward = (): void => cancel();
      signal?.addEventListener("abort", forward, { once: true });
      if (signal?.aborted === true) cancel();
      const result = workflow
        .execute(inputs, { ...options, runId, signal: controller.signal })
        .finally(() => signal?.removeEventListener("abort", forward));
      return { runId, result, cancel };
    },
    list: () =>
      [...engine.live.values()].map(({ run, frame }) => ({
        runId: run.id,
        workflow: frame.plan.view.name,
        startedAt: run.startedAt,
      })),
    cancel: (runId, reason = "somebody asked for it") => engine.requireLive(runId).cancel(reason),
  };
}
