import type { RunHandle, WorkflowExecutionService, WorkflowHandle } from "@ice/core";
import { checkSameTenant } from "@ice/core/internal";
import type { Engine } from "../engine/engine.ts";
import { explainRun } from "../engine/explain.ts";
import { signalRun } from "../engine/signal-run.ts";
import type { Plan } from "../plan/plan.ts";

/** Runs workflows, and reads and resumes the runs of a tenant, for layers that do not import the orchestrator. */
export function createWorkflowExecutionService(
  engine: Engine,
  planOf: (workflow: WorkflowHandle) => Plan,
): WorkflowExecutionService {
  const { tenant } = engine.store;
  const execute: WorkflowExecutionService["execute"] = async (workflow, inputs, options = {}) => {
    checkSameTenant(options.tenant, tenant);
    return workflow.execute(inputs, { ...options, tenant });
  };
  return {
    execute,
    start(workflow, inputs, { signal, runId = engine.newRunId(), ...options } = {}): RunHandle {
      const controller = new AbortController();
      const cancel = (reason?: string): void => controller.abort(reason);
      const forward = (): void => cancel();
      signal?.addEventListener("abort", forward, { once: true });
      if (signal?.aborted === true) cancel();
      const result = execute(workflow, inputs, { ...options, runId, signal: controller.signal }).finally(() =>
        signal?.removeEventListener("abort", forward),
      );
      return { runId, result, cancel };
    },
    resume: (runId, { workflow, ...options } = {}) =>
      engine.resume(runId, { ...options, given: workflow && planOf(workflow) }),
    signal: (runId, name, options) => signalRun(engine, runId, name, options),
    list: (query) => engine.store.list(query),
    show: (runId) => engine.show(runId),
    explain: (runId) => explainRun(engine, runId),
    cancel: (runId, reason = "by request") => engine.cancel(runId, reason),
    whenDetachedEnd: () => engine.whenDetachedEnd(),
  };
}
