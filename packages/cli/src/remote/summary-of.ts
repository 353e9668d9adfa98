import type { RunsClient } from "@ice/client";
import type { RunSummary } from "@ice/core";

/** What is known of a run without its nodes. */
export async function summaryOf(runs: Pick<RunsClient, "get">, runId: string): Promise<RunSummary> {
  const document = await runs.get(runId, { nodes: "none" });
  const { status } = document;
  // A server continues the runs that were started, resumed, answered or signalled at it.
  const general = { runId, status, hosted: true } as const;
  if ("workflows" in document)
    return { ...general, kind: "network", workflow: document.name, version: "0.0.0", startedAt: 0, updatedAt: 0 };
  const { workflow, startedAt, endedAt, startedBy } = document;
  return {
    ...general,
    kind: "workflow",
    workflow: workflow.name,
    version: workflow.version,
    startedAt,
    updatedAt: endedAt,
    ...(startedBy !== undefined && { startedBy }),
  };
}
