import type { RunContext } from "../config/run-services.ts";
import { networkOf } from "./network-of.ts";

/** How a run continues that has received something. */
export async function nextStep(ice: RunContext, runId: string): Promise<string> {
  const run = await ice.store.summary(runId);
  if (run.status === "running") return "the process that runs it continues by itself";
  if (run.hosted === true) return "it continues by itself, on a server or a worker";
  const network = await networkOf(ice, run);
  const resume = ice.commandLine("resume", network?.runId ?? runId);
  if (network?.status !== "running") return `continue with: ${resume}`;
  return `once the network ${network.runId} is suspended, continue with: ${resume}`;
}
