import {
  IceError,
  NetworkCoordinatorFactory,
  RunStore,
  WorkflowExecutionService,
  type ListQuery,
  type RunSummary,
} from "@ice/core";
import { positiveNumber, type Arguments } from "../args/arguments.ts";
import type { Command } from "../args/command.ts";
import { startIce, type Ice } from "../config/start-ice.ts";
import { moment } from "../output/duration.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { printNetwork } from "../run/follow-network.ts";
import { printResult } from "../run/follow-run.ts";
import { shown } from "../terminal/printable.ts";
import type { Paint, Terminal } from "../terminal/terminal.ts";

const dayMs = 86_400_000;
const statuses = ["running", "completed", "failed", "cancelled", "suspended", "interrupted"] as const;

export const runsCommand: Command = {
  usage: "runs list | runs show RUN | runs cancel RUN | runs gc",
  summary: "Lists the runs of the store, shows or cancels one, or deletes old ones.",
  operands: 2,
  options: {
    status: { type: "string" },
    workflow: { type: "string" },
    limit: { type: "string" },
    "older-than": { type: "string" },
    idle: { type: "boolean", default: false },
  },
  flags: [
    ["--status S", `list: only these: ${statuses.join(", ")}`],
    ["--workflow NAME", "list: only runs of this workflow"],
    ["--limit N", "list: most runs, the newest first; default 100"],
    ["--older-than DAYS", "gc: delete runs that ended before; default 30"],
    ["--idle", "gc: also suspended and interrupted runs without a change since"],
  ],
  examples: ["ice runs list --status suspended", "ice runs gc --older-than 7 --json"],
  async execute(args, terminal, paint) {
    const [verb = "list", runId] = args.positionals;
    const ice = await startIce(terminal, args.flags, { looks: { runId } });
    try {
      if (verb === "list") return await list(ice, args, terminal, paint);
      if (verb === "gc") return await collect(ice, args, terminal);
      if (verb !== "show" && verb !== "cancel")
        throw new IceError("ICE_USAGE", `runs has no verb "${verb}".`, { fix: "use list, show RUN, cancel RUN or gc" });
      if (runId === undefined) throw new IceError("ICE_USAGE", "Which run?", { fix: "see ice runs list" });
      const service = ice.runtime.use(WorkflowExecutionService);
      if (verb === "cancel") {
        await service.cancel(runId, "by request");
        if (!args.flags.json) {
          const { status } = await service.show(runId);
          terminal.stdout.write(
            status === "running" ? `${shown(runId)} is to be cancelled\n` : `${shown(runId)} is ${status}\n`,
          );
          return exitCodes.completed;
        }
      }
      const networks = ice.runtime.use(NetworkCoordinatorFactory);
      if (await networks.has(runId)) await printNetwork(await networks.show(runId), ice, args.flags, terminal, paint);
      else await printResult(await service.show(runId), ice, args.flags, terminal, paint);
      return exitCodes.completed;
    } finally {
      await ice.close();
    }
  },
};

async function list({ runtime }: Ice, { flags, own }: Arguments, terminal: Terminal, paint: Paint): Promise<number> {
  const limit = positiveNumber("limit", own["limit"], { whole: true });
  const status = statuses.find((known) => known === own["status"]);
  if (own["status"] !== undefined && status === undefined)
    throw new IceError("ICE_USAGE", `There is no status "${String(own["status"])}".`, {
      fix: `use ${statuses.join(", ")}`,
    });
  const query: ListQuery = {
    ...(status !== undefined && { status }),
    ...(typeof own["workflow"] === "string" && { workflow: own["workflow"] }),
    ...(limit !== undefined && { limit }),
  };
  const runs = await runtime.use(WorkflowExecutionService).list(query);
  if (flags.json) printJson(terminal, { runs });
  else terminal.stdout.write(runs.length === 0 ? "no runs\n" : runs.map((run) => lineOf(run, paint)).join(""));
  return exitCodes.completed;
}

function lineOf({ runId, workflow, version, status, startedAt }: RunSummary, paint: Paint): string {
  const style = status === "completed" ? "green" : status === "failed" || status === "cancelled" ? "red" : "yellow";
  return `${shown(runId)}  ${paint(style, shown(status).padEnd(11))}  ${moment(startedAt)}  ${shown(workflow)}@${shown(version)}\n`;
}

async function collect({ runtime }: Ice, { flags, own }: Arguments, terminal: Terminal): Promise<number> {
  const days = positiveNumber("older-than", own["older-than"], { orZero: true }) ?? 30;
  const before = Date.now() - days * dayMs;
  const deleted = await runtime
    .use(RunStore)
    .collect({ endedBefore: before, ...(own["idle"] === true && { idleBefore: before }) });
  if (flags.json) printJson(terminal, deleted);
  else terminal.stdout.write(`deleted ${deleted.runs} runs and ${deleted.blobs} values\n`);
  return exitCodes.completed;
}
