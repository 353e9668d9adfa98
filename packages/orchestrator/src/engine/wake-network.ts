import type { RunStore, StoredRun } from "@ice/core";

/** The run of a workflow of a network. */
export const memberRunId = (networkRunId: string, id: string): string => `${networkRunId}.${id}`;

/**
 * A workflow of a network that workers care for has ended or waits: its network goes on with what follows. If the store is not available
 * now, the worker that takes the run again does it.
 */
export async function wakeNetwork(
  { dispatcher }: RunStore,
  { runId, startedBy, hosted }: Pick<StoredRun, "runId" | "startedBy" | "hosted">,
): Promise<void> {
  if (dispatcher === undefined || hosted !== true || startedBy === undefined) return;
  if (runId === memberRunId(startedBy.runId, startedBy.path)) await dispatcher.handOn(startedBy.runId).catch(() => {});
}
