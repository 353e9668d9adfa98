import type { RunHead, RunsClient } from "@ice/client";
import { IceError, type RunSummary } from "@ice/core";

/** What is known of a run without its nodes. Of a run that the token may not read: that its server continues it. */
export async function summaryOf(runs: Pick<RunsClient, "get">, runId: string): Promise<RunSummary> {
  const document = await unlessUnreadable(runs.get(runId, { nodes: "none" }));
  // A server continues the runs that were started, resumed, answered or signalled at it.
  const general = { runId, status: document?.status ?? "suspended", hosted: true } as const;
  const unknown = { version: "0.0.0", startedAt: 0, updatedAt: 0 } as const;
  if (document === undefined) return { ...general, ...unknown, kind: "workflow", workflow: "" };
  if ("workflows" in document) return { ...general, ...unknown, kind: "network", workflow: document.name };
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

async function unlessUnreadable(document: Promise<RunHead>): Promise<RunHead | undefined> {
  try {
    return await document;
  } catch (error) {
    if (IceError.is(error) && error.code === "ICE_SCOPE_MISSING") return undefined;
    throw error;
  }
}
