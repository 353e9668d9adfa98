import type { WorkflowExecutionService, WorkflowHandle } from "@ice/core";
import { checkSameTenant } from "@ice/core/internal";
import type { Engine } from "../engine/engine.ts";
import { explainRun } from "../engine/explain.ts";
import { signalRun } from "../engine/signal-run.ts";
import type { Plan } from "../plan/plan.ts";
import { beginRun } from "./begin-run.ts";
import { handOnRun } from "./hand-on-run.ts";
import { SealedCursors } from "./sealed-cursor.ts";
import { waitForRun } from "./wait-for-run.ts";

/** Runs workflows, and reads and resumes the runs of a tenant, for layers that do not import the orchestrator. */
export function createWorkflowExecutionService(
  engine: Engine,
  planOf: (workflow: WorkflowHandle) => Plan,
): WorkflowExecutionService {
  const { tenant } = engine.store;
  const cursors = new SealedCursors(engine.store, "runs");
  const execute: WorkflowExecutionService["execute"] = async (workflow, inputs, options = {}) => {
    checkSameTenant(options.tenant, tenant);
    return workflow.execute(inputs, { ...options, tenant });
  };
  return {
    execute,
    start: (workflow, inputs, { runId = engine.newRunId(), ...options } = {}) =>
      beginRun({ ...options, runId }, (given) => execute(workflow, inputs, given)),
    resume: (runId, { workflow, ...options } = {}) =>
      engine.resume(runId, { ...options, given: workflow && planOf(workflow) }),
    handOn: (runId) => handOnRun(engine, runId),
    wait: (runId, options) => waitForRun(engine, runId, options),
    signal: (runId, name, options) => signalRun(engine, runId, name, options),
    list: (query) => engine.store.list(query),
    async page({ cursor, limit, counts: wantsCounts, ...selection } = {}) {
      const after = await cursors.open(cursor, selection);
      const { runs, next, counts } = await engine.store.page({ ...selection, limit, after, counts: wantsCounts });
      return { runs, next: await cursors.seal(next, selection), ...(counts && { counts }) };
    },
    show: (runId) => engine.show(runId),
    explain: (runId) => explainRun(engine, runId),
    cancel: (runId, reason = "by request") => engine.cancel(runId, reason),
    whenDetachedEnd: () => engine.whenDetachedEnd(),
  };
}
