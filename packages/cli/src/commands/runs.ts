import { resolve } from "node:path";
import { IceError, type ListQuery, type RunSummary } from "@ice/core";
import { requireDispatcher } from "@ice/core/internal";
import { backupSqliteStore } from "@ice/orchestrator";
import { apiFlag } from "../args/api-flag.ts";
import { defineCommand } from "../args/command.ts";
import type { Flags } from "../args/flags.ts";
import { runOperand } from "../args/operands.ts";
import { verbOf } from "../args/verbs.ts";
import type { RunContext } from "../config/run-services.ts";
import { counted } from "../output/counted.ts";
import { moment } from "../output/duration.ts";
import { exitCodeOfRun, exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { columns } from "../output/table.ts";
import { withRuns } from "../remote/with-runs.ts";
import { printNetwork } from "../run/follow-network.ts";
import { printResult } from "../run/follow-run.ts";
import { shown } from "../terminal/printable.ts";
import type { Paint } from "../terminal/terminal.ts";

const dayMs = 86_400_000;

const flags = {
  status: {
    type: "choice",
    value: "STATUS",
    choices: ["running", "completed", "failed", "cancelled", "suspended", "interrupted", "queued"],
    verb: "list",
    help: "Only runs with this status",
  },
  workflow: { type: "text", value: "NAME", verb: "list", help: "Only runs of this workflow" },
  limit: {
    type: "number",
    whole: true,
    value: "N",
    default: 100,
    verb: "list",
    help: "Maximum number of runs, newest first",
  },
  timeout: {
    type: "number",
    value: "SECONDS",
    verb: "wait",
    help: "How long at most (default: until it ends or suspends)",
  },
  olderThan: {
    type: "number",
    zero: true,
    value: "DAYS",
    default: 30,
    verb: "gc",
    help: "Delete runs that ended more than this number of days ago",
  },
  idle: {
    type: "boolean",
    verb: "gc",
    help: "Also delete suspended and interrupted runs that have not changed since, unless they are queued or wait for a time",
  },
  ...apiFlag,
} as const satisfies Flags;

type Verb = (context: RunContext<typeof flags>, runId: string | undefined) => Promise<number>;

const list: Verb = async ({ runs: service, flags, terminal, paintOutput }) => {
  const { status, workflow, limit } = flags;
  const query: ListQuery = {
    limit,
    status,
    workflow,
  };
  const runs = await service.list(query);
  if (flags.json) printJson(terminal, { runs });
  else if (runs.length === 0) terminal.stdout.write("no runs\n");
  else {
    const ids = columns(runs.map(({ runId }) => [shown(runId), "·"]));
    terminal.stdout.write(runs.map((run, at) => lineOf(ids[at]!.slice(0, -1), run, paintOutput)).join(""));
  }
  return exitCodes.completed;
};

/** @param id - as wide as the others, with two spaces behind it. */
function lineOf(
  id: string,
  { workflow, version, status, startedAt, resumeAt, blocked }: RunSummary,
  paint: Paint,
): string {
  const style = status === "completed" ? "green" : status === "failed" || status === "cancelled" ? "red" : "yellow";
  const due = blocked !== undefined ? "  blocked" : resumeAt === undefined ? "" : `  due ${moment(resumeAt)}`;
  return `${id}${paint(style, shown(status).padEnd(11))}  ${moment(startedAt)}  ${shown(workflow)}@${shown(version)}${due}\n`;
}

const show: Verb = async (context, operand) => {
  const runId = runOperand(operand);
  const { networks, runs } = context;
  if (await networks.has(runId)) await printNetwork(context, await networks.show(runId));
  else await printResult(context, await runs.show(runId));
  return exitCodes.completed;
};

const cancel: Verb = async (context, operand) => {
  const runId = runOperand(operand);
  const service = context.runs;
  await service.cancel(runId, "by request");
  if (context.flags.json) return show(context, runId);
  const { status } = await service.show(runId);
  context.terminal.stdout.write(
    status === "running" ? `${shown(runId)} will be cancelled\n` : `${shown(runId)} is ${status}\n`,
  );
  return exitCodes.completed;
};

const wait: Verb = async (context, operand) => {
  const runId = runOperand(operand);
  const { runs, store, networks, flags } = context;
  // A server continues its runs, whatever its store is.
  if (flags.api === undefined) requireDispatcher(store);
  const timeoutMs = flags.timeout === undefined ? undefined : flags.timeout * 1000;
  const { status } = await runs.wait(runId, { timeoutMs });
  if (await networks.has(runId)) {
    const result = await networks.show(runId);
    await printNetwork(context, result);
    return exitCodeOfRun({ ...result, status });
  }
  const result = await runs.show(runId);
  await printResult(context, result);
  // An answer may have let it go on by now; what was waited for has been seen.
  return exitCodeOfRun({ ...result, status });
};

const gc: Verb = async ({ store, flags, terminal }) => {
  const before = Date.now() - flags.olderThan * dayMs;
  const deleted = await store.collect({ endedBefore: before, idleBefore: flags.idle ? before : undefined });
  if (flags.json) printJson(terminal, deleted);
  else terminal.stdout.write(`deleted ${counted(deleted.runs, "run")} and ${counted(deleted.blobs, "value")}\n`);
  return exitCodes.completed;
};

const backup: Verb = async ({ store, flags, terminal }, file) => {
  if (file === undefined)
    throw new IceError("ICE_USAGE", "Where to?", { fix: "name the file of the copy: ice runs backup FILE" });
  const { url } = store;
  if (!url.startsWith("sqlite:"))
    throw new IceError("ICE_USAGE", `The store ${url} is not a file.`, {
      fix: "back up its database with its own tools",
    });
  const target = resolve(terminal.cwd, file);
  await backupSqliteStore(url.slice("sqlite:".length), target);
  if (flags.json) printJson(terminal, { file: target });
  else terminal.stdout.write(`copied to ${shown(target)}: keep it as secret as the store\n`);
  return exitCodes.completed;
};

const verbs: Readonly<Record<string, Verb>> = { list, show, cancel, wait, gc, backup };

export const runsCommand = defineCommand({
  usage: ["runs list", "runs show RUN", "runs cancel RUN", "runs wait RUN", "runs gc", "runs backup FILE"],
  summary: "List, show or cancel the runs of the store, delete old ones, or copy the store",
  maxOperands: 2,
  flags,
  examples: ["ice runs list --status suspended", "ice runs gc --older-than 7 --json"],
  execute(context) {
    const [name = "list", operand] = context.operands;
    const verb = verbOf("runs", verbs, name, "use list, show RUN, cancel RUN, wait RUN, gc or backup FILE");
    return withRuns(context, { existing: { runId: verb === backup ? undefined : operand } }, (ice) =>
      verb(ice, operand),
    );
  },
});
