import { IceError, NetworkCoordinatorFactory } from "@ice/core";
import type { Ice } from "../config/start-ice.ts";

/** The network that a run belongs to, if any: the run is continued with its network. */
export async function networkOf({ runtime }: Ice, runId: string): Promise<string | undefined> {
  const dot = runId.lastIndexOf(".");
  if (dot < 1) return undefined;
  const network = runId.slice(0, dot);
  const networks = runtime.use(NetworkCoordinatorFactory);
  try {
    if (!(await networks.has(network))) return undefined;
    const { workflows } = await networks.show(network);
    const id = runId.slice(dot + 1);
    const member = Object.hasOwn(workflows, id) ? workflows[id] : undefined;
    return member !== undefined && "runId" in member && member.runId === runId ? network : undefined;
  } catch (error) {
    if (IceError.is(error) && error.code === "ICE_RUN_NOT_FOUND") return undefined;
    throw error;
  }
}
