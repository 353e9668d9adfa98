import { IceError, type PlacedJob, type PlacedOutcome, type RunStore } from "@ice/core";
import { finishInTurns } from "@ice/core/internal";
import { historyOf } from "../history/history.ts";
import { MemoryRunStore } from "../journal/memory-run-store.ts";
import { prefixOf } from "../journal/paths.ts";
import type { Plan } from "../plan/plan.ts";
import { composeNode } from "../run/interceptors/pipeline.ts";
import { Run } from "../run/run.ts";
import { WorkflowFrame } from "../run/workflow-frame.ts";
import type { SharedEngine } from "./engine-options.ts";
import { listen } from "./listen.ts";
import { planOfAttempt, recordsBefore } from "./plan-of-attempt.ts";
import { RunInbox } from "./run-inbox.ts";

/** Executes one attempt of a node of a run that another process owns, as a run of its own in memory. */
export async function runAttempt(
  { pace, bounds, options: { runtime, clock, random } }: SharedEngine,
  whole: Plan,
  job: PlacedJob & Pick<RunStore, "tenant">,
  signal: AbortSignal,
): Promise<PlacedOutcome> {
  const { tenant, runId, path, input: inputs } = job;
  const plan = planOfAttempt(whole, job, composeNode);
  const store = new MemoryRunStore({ clock, tenant });
  const startedAt = clock.now();
  const { name: workflow, version } = plan.view;
  const head = {
    runId,
    workflow,
    version,
    kind: "workflow",
    startedAt,
    document: plan.document,
    inputs,
    options: {},
  } as const;
  const journal = await store.create(head, new RunInbox());
  const records = recordsBefore(job, startedAt);
  const history = records.length === 0 ? undefined : await finishInTurns(historyOf({ records, startedAt }), pace.slice);
  const run = new Run({
    id: runId,
    runtime,
    clock,
    pace,
    bounds,
    random,
    store,
    journal,
    startedAt,
    history,
    usesCache: false,
    keys: job,
    detach: () => Promise.reject(new IceError("ICE_INTERNAL", "A placed node starts no runs.")),
  });
  const frame = new WorkflowFrame({ run, plan, inputs, prefix: prefixOf(path) });
  const stop = (): void => frame.stop(new IceError("ICE_RUN_CANCELLED", "The run of the node was cancelled."));
  const forget = listen(signal, stop);
  if (signal.aborted) stop();
  try {
    const { error } = await frame.execute();
    const { nodes: _, ...usage } = frame.budget.spent;
    if (error !== undefined) return { error, usage };
    return { output: run.nodes.byPath()[path]?.output ?? null, usage };
  } finally {
    forget();
    await store.close();
  }
}
