import { IceError, NetworkCoordinatorFactory, WorkflowExecutionService, type RunSummary } from "@ice/core";
import type { IceContext } from "../config/start-ice.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import type { followFlags } from "../run/follow-run.ts";
import { networkOf } from "../run/network-of.ts";
import { shown } from "../terminal/printable.ts";

/** Continues the suspended runs in which the time has come for something, and prints what has become of them. */
export async function resumeDue(ice: IceContext<typeof followFlags>): Promise<number> {
  const { runtime, terminal, flags } = ice;
  const service = runtime.use(WorkflowExecutionService);
  const runs: Pick<RunSummary, "runId" | "status">[] = [];
  const done = new Set<string>();
  for (const run of await service.list({ dueBy: Date.now(), limit: 10_000 })) {
    const network = await networkOf(ice, run);
    const runId = network?.runId ?? run.runId;
    if (done.has(runId)) continue;
    done.add(runId);
    const status = await resume(ice, runId, network !== undefined);
    if (status === undefined) continue;
    runs.push({ runId, status });
    if (!flags.json) terminal.stdout.write(`${shown(runId)} is ${status}\n`);
  }
  await service.whenDetachedEnd();
  if (flags.json) printJson(terminal, { runs });
  else if (runs.length === 0) terminal.stdout.write("no run is due\n");
  return exitCodes.completed;
}

/** Undefined if another process has the run. */
async function resume(
  { runtime, flags }: IceContext<typeof followFlags>,
  runId: string,
  isNetwork: boolean,
): Promise<RunSummary["status"] | undefined> {
  const options = { staySeconds: flags.stay, cache: !flags.noCache };
  try {
    const service = isNetwork ? runtime.use(NetworkCoordinatorFactory) : runtime.use(WorkflowExecutionService);
    return (await service.resume(runId, options)).status;
  } catch (error) {
    if (IceError.is(error) && (error.code === "ICE_STORE_OWNED" || error.code === "ICE_STORE_FENCED")) return undefined;
    throw error;
  }
}
