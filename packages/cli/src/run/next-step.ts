import { RunStore } from "@ice/core";
import type { IceContext } from "../config/start-ice.ts";
import { networkOf } from "./network-of.ts";

/** How a run continues that has received something. */
export async function nextStep(ice: IceContext, runId: string): Promise<string> {
  const run = await ice.runtime.use(RunStore).summary(runId);
  if (run.status === "running") return "the process that runs it continues by itself";
  const network = await networkOf(ice, run);
  const resume = ice.commandLine("resume", network?.runId ?? runId);
  if (network?.status !== "running") return `continue with: ${resume}`;
  return `once the network ${network.runId} is suspended, continue with: ${resume}`;
}
