import { IceError, RunStore, type RunSummary } from "@ice/core";
import type { Ice } from "../config/start-ice.ts";

/** The network that started a run, if any and as long as it is kept: the run is continued with its network. */
export async function networkOf({ runtime }: Ice, { startedBy }: RunSummary): Promise<RunSummary | undefined> {
  if (startedBy === undefined) return undefined;
  try {
    const starter = await runtime.use(RunStore).summary(startedBy.runId);
    return starter.kind === "network" ? starter : undefined;
  } catch (error) {
    if (IceError.is(error) && error.code === "ICE_RUN_NOT_FOUND") return undefined;
    throw error;
  }
}
