import { IceError, type RunSummary } from "@ice/core";
import type { RunContext } from "../config/run-services.ts";
import { errorReport } from "../output/error-report.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import type { followFlags } from "../run/follow-run.ts";
import { networkOf } from "../run/network-of.ts";
import { untilDetachedEnd } from "../run/until-detached-end.ts";
import { shown } from "../terminal/printable.ts";

type Ended = Pick<RunSummary, "runId" | "status">;
type DueContext = RunContext<typeof followFlags>;

/** Runs that are continued at a time: some of them stay for the next timer. */
const atOnce = 16;

/**
 * Continues the suspended runs in which the time has come for something, and prints their status. One that cannot be continued stops
 * no other; the exit code then is 1.
 */
export async function resumeDue(ice: DueContext): Promise<number> {
  const { runs: service, terminal, flags } = ice;
  const interruption = new AbortController();
  const unsubscribe = terminal.onInterrupt(() => interruption.abort());
  const due = await service.list({ dueBy: Date.now(), limit: 10_000 });
  const statuses = new Array<Ended | undefined>(due.length);
  let failed = false;
  const queue = due.entries();
  const work = async (): Promise<void> => {
    for (const [index, run] of queue) {
      if (interruption.signal.aborted) return;
      try {
        const ended = await resume(ice, run, interruption.signal);
        statuses[index] = ended;
        if (ended !== undefined && !flags.json) terminal.stdout.write(`${shown(ended.runId)} is ${ended.status}\n`);
      } catch (error) {
        if (!IceError.is(error)) throw error;
        failed = true;
        terminal.stderr.write(`${shown(run.runId)}: ${errorReport(error, ice.commandLine, ice.paint)}`);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, due.length) }, work));
    await untilDetachedEnd(ice, interruption.signal);
  } finally {
    unsubscribe();
  }
  // Two members of a network are one entry.
  const runs = new Map(statuses.flatMap((ended) => (ended === undefined ? [] : [[ended.runId, ended]])));
  if (flags.json) printJson(terminal, { runs: [...runs.values()] });
  else if (due.length === 0) terminal.stdout.write("no run is due\n");
  if (interruption.signal.aborted) return exitCodes.interrupted;
  return failed ? exitCodes.failed : exitCodes.completed;
}

/** A member of a network continues with its network. Undefined if another process has the run. */
async function resume(ice: DueContext, run: RunSummary, interrupt: AbortSignal): Promise<Ended | undefined> {
  const { flags } = ice;
  const options = { staySeconds: flags.stay, cache: !flags.noCache, interrupt };
  const network = await networkOf(ice, run);
  const runId = network?.runId ?? run.runId;
  try {
    const service = network === undefined ? ice.runs : ice.networks;
    return { runId, status: (await service.resume(runId, options)).status };
  } catch (error) {
    if (IceError.is(error) && (error.code === "ICE_STORE_OWNED" || error.code === "ICE_STORE_FENCED")) return undefined;
    throw error;
  }
}
