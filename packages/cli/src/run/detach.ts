import { IceError, type QueuedRun, type RunToQueue } from "@ice/core";
import type { CommandContext } from "../args/command.ts";
import type { Flags } from "../args/flags.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { shown } from "../terminal/printable.ts";

/** Flags of the commands that can leave a run to workers. */
export const detachFlags = {
  detach: { type: "boolean", help: "Leave the run to the workers of the store, which has to be on Postgres" },
} as const satisfies Flags;

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

/** Prints a run that was left to workers. */
export function printQueued({ flags, terminal, commandLine }: CommandContext, { runId, status }: QueuedRun): number {
  if (flags.json) printJson(terminal, { runId, status });
  else if (flags.quiet) terminal.stdout.write(`${shown(runId)}\n`);
  else {
    terminal.stdout.write(`${shown(runId)}\n`);
    terminal.stderr.write(`queued: wait for it with ${commandLine("runs", "wait", runId)}\n`);
  }
  return exitCodes.completed;
}
