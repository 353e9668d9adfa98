import { IceError, type RunSummary } from "@ice/core";
import type { RunServices } from "../config/run-services.ts";

/** The network that started a run, if any and as long as it is kept: the run is continued with its network. */
export async function networkOf(
  { store }: Pick<RunServices, "store">,
  { startedBy }: RunSummary,
): Promise<RunSummary | undefined> {
  if (startedBy === undefined) return undefined;
  try {
    const starter = await store.summary(startedBy.runId);
    return starter.kind === "network" ? starter : undefined;
  } catch (error) {
    if (IceError.is(error) && error.code === "ICE_RUN_NOT_FOUND") return undefined;
    throw error;
  }
}
