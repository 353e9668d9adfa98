import { IceError, type QueuedRun, type RunToQueue } from "@ice/core";
import { listNames } from "@ice/core/internal";
import { optionName, type CommonFlags, type Flag } from "../args/flags.ts";
import type { RunContext } from "../config/run-services.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { shown } from "../terminal/printable.ts";

/** Of the commands that can leave a run to workers. @param others - what it excludes, for people; see `checkDetach`. */
export const detachFlag = (others: string) =>
  ({
    type: "boolean",
    help: `Leave the run to the workers of the store, which has to be on Postgres; excludes ${others}`,
  }) as const satisfies Flag;

/** Flags about how a command executes a run itself. */
const ownExecution = ["wait", "stay", "stream", "noCache", "as", "due", "force"] as const;

/** @throws IceError `ICE_USAGE` for options that have no effect on a run that is left to workers. */
export function checkDetach(flags: { readonly detach: boolean } & CommonFlags): void {
  if (!flags.detach) return;
  const given: Readonly<Record<string, unknown>> = flags;
  const excluded = ownExecution.filter((name) => given[name] !== undefined && given[name] !== false);
  if (excluded.length === 0) return;
  const names = excluded.map((name) => `--${optionName(name)}`);
  throw new IceError(
    "ICE_USAGE",
    `--detach and ${listNames(names)} exclude each other: workers execute the run, not this command.`,
    { fix: `remove --detach, or ${listNames(names)}` },
  );
}

/** Of the commands that start a run. */
export const priorityFlag = {
  type: "number",
  whole: true,
  zero: true,
  value: "N",
  help: "With --detach: 0 (the default) to 1000; lower numbers come first",
} as const;

const maxPriority = 1000;

interface PriorityFlags {
  readonly detach: boolean;
  readonly priority: number | undefined;
}

/** The options of a run in the queue. @throws IceError `ICE_USAGE` for a priority of a run that is not queued. */
export function queueOptions({ detach, priority }: PriorityFlags): Pick<RunToQueue, "priority"> {
  if (detach && (priority ?? 0) <= maxPriority) return { priority };
  if (detach)
    throw new IceError("ICE_USAGE", `--priority has a number from 0 to ${maxPriority}, not ${priority}.`, {
      fix: "choose a lower one",
    });
  if (priority === undefined) return {};
  throw new IceError("ICE_USAGE", "--priority orders the runs that workers take.", {
    fix: "add --detach, or remove --priority",
  });
}

/** Prints a run that was left to workers, and whether there are any. */
export async function printQueued(context: RunContext, { runId, status }: QueuedRun): Promise<number> {
  const { flags, terminal, commandLine, paint, store } = context;
  if (flags.json) printJson(terminal, { runId, status });
  else if (flags.quiet) terminal.stdout.write(`${shown(runId)}\n`);
  else {
    terminal.stdout.write(`${shown(runId)}\n`);
    terminal.stderr.write(`queued: wait for it with ${commandLine("runs", "wait", runId)}\n`);
  }
  if (flags.quiet) return exitCodes.completed;
  const { listTakenQueues } = await import("@ice/engine-dbos");
  // The run is queued: that this cannot be found out is no failure.
  const taken = await listTakenQueues(store).catch(() => undefined);
  if (taken?.has("runs") === false)
    terminal.stderr.write(
      `${paint("yellow", "!")} no worker takes runs now: start one with ${commandLine("worker")}\n`,
    );
  return exitCodes.completed;
}
