import type { RunEvent, RunOptions, RunResult } from "@ice/core";
import { systemClock } from "@ice/orchestrator";
import type { Flags } from "../args/flags.ts";
import type { RunContext } from "../config/run-services.ts";
import { spentText } from "../output/amounts.ts";
import { boundedResult } from "../output/bounded-result.ts";
import { createProgress } from "../output/create-progress.ts";
import { moment } from "../output/duration.ts";
import { exitCodeOfRun, exitCodes } from "../output/exit-codes.ts";
import { fixWithCommands } from "../output/fix-with-commands.ts";
import { continueWith, notKept, waitingOf } from "../output/next-steps.ts";
import { printJson } from "../output/print-json.ts";
import { oneLine, shown } from "../terminal/printable.ts";
import type { Paint } from "../terminal/terminal.ts";
import { askForAnswers } from "./ask-for-answers.ts";
import { networkOf } from "./network-of.ts";
import { untilDetachedEnd } from "./until-detached-end.ts";

/** Flags of every command that runs something. */
export const followFlags = {
  wait: { type: "boolean", help: "Wait for answers, signals, times and deadlines instead of suspending" },
  stay: {
    type: "number",
    zero: true,
    value: "SECONDS",
    help: "Wait for a time that comes within SECONDS instead of suspending (default 60)",
  },
  noCache: { type: "boolean", help: "Run nodes with `cache` even if an earlier run has left their output" },
  as: {
    type: "name",
    value: "NAME",
    help: "Name of the person who answers at the terminal (default: prompt for it when needed)",
  },
} as const satisfies Flags;

/** Of the commands that start a run. */
export const runIdFlag = { type: "text", value: "ID", help: "ID of the run (default a new one)" } as const;

/** Options that a command passes to the run or network that it follows. */
type FollowOptions = Pick<RunOptions, "signal" | "interrupt" | "onEvent" | "wait" | "staySeconds" | "cache">;

/** How a run or a network is started, continued and printed. */
export interface RunSource<Result> {
  begin(options: FollowOptions): Promise<Result>;
  resume(runId: string, options: FollowOptions): Promise<Result>;
  /** Runs in it that may ask a person. */
  runsOf(result: Result): readonly Pick<RunResult, "runId" | "waiting">[];
  print(result: Result): Promise<void>;
  /** Path of the node whose text is shown as it comes. Default none. */
  readonly streamed?: string | undefined;
  /** Where the node of an event is shown. Default: its path. */
  readonly pathOf?: (event: RunEvent) => string | undefined;
}

type FollowContext = RunContext<typeof followFlags>;

/** Runs a workflow and shows its progress; see `follow`. */
export function followRun(
  context: FollowContext,
  begin: RunSource<RunResult>["begin"],
  streamed?: string,
): Promise<number> {
  return follow(context, {
    begin,
    streamed,
    resume: (runId, options) => context.runs.resume(runId, options),
    runsOf: (result) => [result],
    print: (result) => printResult(context, result),
  });
}

/**
 * Runs something, shows its progress, asks the person at the terminal, prints the result, and returns the exit code. Ctrl-C leaves
 * the run so that it can be resumed; what is kept in memory only is cancelled.
 */
export async function follow<Result extends Pick<RunResult, "runId" | "status" | "error">>(
  context: FollowContext,
  { begin, resume, runsOf, print, streamed, pathOf = ({ path }) => path }: RunSource<Result>,
): Promise<number> {
  const { flags, terminal, paint } = context;
  const progress = createProgress(terminal, paint, { quiet: flags.quiet, clock: systemClock, streamed });
  const interruption = new AbortController();
  const { durable } = context.store;
  const unsubscribe = terminal.onInterrupt(() => interruption.abort());
  const options = {
    onEvent: (event: RunEvent) => progress.onEvent(event, pathOf(event)),
    wait: flags.wait,
    staySeconds: flags.stay,
    cache: !flags.noCache,
    ...(durable ? { interrupt: interruption.signal } : { signal: interruption.signal }),
  };
  try {
    let result = await begin(options);
    const ask = flags.noPrompt ? undefined : terminal.ask;
    progress.end();
    if (ask !== undefined)
      while (await askForAnswers(context, runsOf(result), { ask, signal: interruption.signal })) {
        result = await resume(result.runId, options);
        progress.end();
      }
    await print(result);
    await untilDetachedEnd(context, interruption.signal);
    return interruption.signal.aborted ? exitCodes.interrupted : exitCodeOfRun(result);
  } finally {
    progress.end();
    unsubscribe();
  }
}

const styles: Readonly<Record<RunResult["status"], "green" | "red" | "yellow">> = {
  completed: "green",
  failed: "red",
  cancelled: "red",
  suspended: "yellow",
  interrupted: "yellow",
  running: "yellow",
  queued: "yellow",
};

/** Prints a result document, or its output for people with what can be done next. */
export async function printResult(context: RunContext, result: RunResult): Promise<void> {
  const { flags, terminal, paint, store, commandLine } = context;
  const { status, runId, durationMs, usage } = result;
  if (flags.quiet) terminal.stderr.write(errorOf(result, context));
  else {
    const used = usage.llmCalls > 0 ? ` ${spentText(usage)}` : "";
    terminal.stderr.write(
      outcomeOf(result, ` ${paint("dim", `${durationMs} ms${used}`)}`, context) + inFlightOf(result, paint),
    );
    if (unended.has(status)) {
      const { hosted, blocked, ...run } = await store.summary(runId);
      if (blocked !== undefined) terminal.stderr.write(blockedLine(blocked.message));
      if (status !== "queued") {
        const network = await networkOf(context, run);
        terminal.stderr.write(
          store.durable
            ? `${waitingOf(context, result)}${continueWith({ runId: network?.runId ?? runId, status, hosted }, commandLine, result.waiting)}`
            : notKept,
        );
      }
    }
  }
  const hasNothing = status === "suspended" && Object.keys(result.output).length === 0;
  if (flags.json || !hasNothing) printJson(terminal, flags.json ? boundedResult(result) : result.output);
}

/** A run that is not in progress and may go on. */
const unended: ReadonlySet<RunResult["status"]> = new Set(["queued", "suspended", "interrupted"]);

const blockedLine = (why: string): string =>
  `blocked: the worker that took it last could not go on with it. ${oneLine(why)}\n`;

/** Nodes that are in flight, or were when the process ended. */
function inFlightOf({ nodes }: RunResult, paint: Paint): string {
  const running = Object.entries(nodes).filter(([, { status }]) => status === "running");
  const lines = running.map(([path, { type, startedAt = 0 }]) => {
    const about = `${type} started ${moment(startedAt)}`;
    return `${paint("cyan", "●")} ${shown(path)} ${paint("dim", shown(about))}\n`;
  });
  return lines.join("");
}

/** Status, id and error of a run or network, as a person reads them. */
export function outcomeOf(
  result: Pick<RunResult, "status" | "runId" | "error">,
  more: string,
  context: Pick<RunContext, "paint" | "commandLine">,
): string {
  const { status, runId } = result;
  return `${context.paint(styles[status], status)} ${shown(runId)}${more}\n${errorOf(result, context)}`;
}

/** Why a run or network failed, and what to do; empty if it did not. */
export function errorOf(
  { runId, error }: Pick<RunResult, "runId" | "error">,
  { paint, commandLine }: Pick<RunContext, "paint" | "commandLine">,
): string {
  if (error === undefined) return "";
  const place = error.path === undefined ? "" : ` at ${shown(error.path)}`;
  const fix = fixWithCommands({ ...error, runId }, commandLine);
  const advice = fix === undefined ? "" : `${paint("cyan", "fix:")} ${oneLine(fix)}\n`;
  return `${paint("red", "error")} ${paint("bold", shown(error.code))}${place}  ${oneLine(error.message)}\n${advice}`;
}
