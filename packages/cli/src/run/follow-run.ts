import { RunStore, WorkflowExecutionService, type RunEvent, type RunOptions, type RunResult } from "@ice/core";
import { systemClock } from "@ice/orchestrator";
import { nameOf, type Arguments, type CommonFlags } from "../args/arguments.ts";
import { commandLineLike } from "../args/command-line.ts";
import type { Ice } from "../config/start-ice.ts";
import { boundedResult } from "../output/bounded-result.ts";
import { createProgress } from "../output/create-progress.ts";
import { moment } from "../output/duration.ts";
import { exitCodeOfRun } from "../output/exit-codes.ts";
import { continueWith, notKept, questionsOf } from "../output/next-steps.ts";
import { printJson } from "../output/print-json.ts";
import { oneLine, shown } from "../terminal/printable.ts";
import type { Paint, Terminal } from "../terminal/terminal.ts";
import { askForAnswers } from "./ask-for-answers.ts";
import { networkOf } from "./network-of.ts";

/** What a command that runs something decides about it. */
export interface PresentOptions {
  readonly flags: CommonFlags;
  readonly wait: boolean;
  /** Who answers what is asked at the terminal. */
  readonly as: string | undefined;
}

/** What the options of a command that runs something say. @throws IceError `ICE_USAGE`. */
export function followingOf({ flags, own }: Pick<Arguments, "flags" | "own">): PresentOptions {
  return { flags, wait: own["wait"] === true, as: nameOf(own["as"]) };
}

/** Options that a command passes to the run or network that it follows. */
type FollowOptions = Pick<RunOptions, "signal" | "interrupt" | "onEvent" | "wait">;

/** How something is run, continued and shown. */
export interface RunSource<Result> {
  begin(options: FollowOptions): Promise<Result>;
  resume(runId: string, options: FollowOptions): Promise<Result>;
  /** Runs in it that may ask a person. */
  runsOf(result: Result): readonly Pick<RunResult, "runId" | "waiting">[];
  print(result: Result): Promise<void>;
  /** Changes an event before it is shown. */
  readonly shown?: (event: RunEvent) => RunEvent;
}

/** Runs a workflow and shows how it goes; see `follow`. */
export function followRun(
  ice: Ice,
  following: PresentOptions,
  terminal: Terminal,
  paint: Paint,
  begin: RunSource<RunResult>["begin"],
): Promise<number> {
  return follow(ice, following, terminal, paint, {
    begin,
    resume: (runId, options) => ice.runtime.use(WorkflowExecutionService).resume(runId, options),
    runsOf: (result) => [result],
    print: (result) => printResult(result, ice, following.flags, terminal, paint),
  });
}

/**
 * Runs something, shows how it goes, asks the person at the terminal, prints the result, and gives the exit code. Ctrl-C leaves
 * the run so that it can be resumed; what is kept in memory only is cancelled.
 */
export async function follow<Result extends Pick<RunResult, "runId" | "status" | "error">>(
  ice: Ice,
  { flags, wait, as }: PresentOptions,
  terminal: Terminal,
  paint: Paint,
  { begin, resume, runsOf, print, shown = (event) => event }: RunSource<Result>,
): Promise<number> {
  const progress = createProgress(terminal, paint, { quiet: flags.quiet, clock: systemClock });
  const interruption = new AbortController();
  const { durable } = ice.runtime.use(RunStore);
  const forget = terminal.onInterrupt(() => interruption.abort());
  const options = {
    onEvent: (event: RunEvent) => progress.onEvent(shown(event)),
    wait,
    ...(durable ? { interrupt: interruption.signal } : { signal: interruption.signal }),
  };
  try {
    let result = await begin(options);
    const ask = flags.noPrompt ? undefined : terminal.ask;
    const asking = ask && { ask, stderr: terminal.stderr, paint, as, signal: interruption.signal };
    progress.end();
    if (asking !== undefined)
      while (await askForAnswers(ice, runsOf(result), asking)) {
        result = await resume(result.runId, options);
        progress.end();
      }
    await print(result);
    return interruption.signal.aborted ? 130 : exitCodeOfRun(result);
  } finally {
    progress.end();
    forget();
  }
}

const styles: Readonly<Record<RunResult["status"], "green" | "red" | "yellow">> = {
  completed: "green",
  failed: "red",
  cancelled: "red",
  suspended: "yellow",
  interrupted: "yellow",
  running: "yellow",
};

/** Prints a result document, or its output for people with what can be done next. */
export async function printResult(
  result: RunResult,
  ice: Ice,
  flags: CommonFlags,
  terminal: Terminal,
  paint: Paint,
): Promise<void> {
  const { status, runId, durationMs } = result;
  if (!flags.quiet) {
    terminal.stderr.write(outcomeOf(result, ` ${paint("dim", `${durationMs} ms`)}`, paint) + inFlightOf(result, paint));
    if (status === "suspended" || status === "interrupted") {
      const command = commandLineLike(terminal, flags);
      const continued = (await networkOf(ice, runId)) ?? runId;
      terminal.stderr.write(
        ice.runtime.use(RunStore).durable
          ? `${questionsOf(result, command, paint)}${continueWith(continued, command)}`
          : notKept,
      );
    }
  }
  printJson(terminal, flags.json ? boundedResult(result) : result.output);
}

/** Nodes that are known to be in flight, or were when the process died. */
function inFlightOf({ nodes }: RunResult, paint: Paint): string {
  const running = Object.entries(nodes).filter(([, { status }]) => status === "running");
  const lines = running.map(([path, { type, startedAt = 0 }]) => {
    const about = `${type} begun ${moment(startedAt)}`;
    return `${paint("cyan", "●")} ${shown(path)} ${paint("dim", shown(about))}\n`;
  });
  return lines.join("");
}

/** Status, id and error of a run or network, as a person reads them. */
export function outcomeOf(
  { status, runId, error }: Pick<RunResult, "status" | "runId" | "error">,
  more: string,
  paint: Paint,
): string {
  const head = `${paint(styles[status], status)} ${shown(runId)}${more}\n`;
  if (error === undefined) return head;
  const place = error.path === undefined ? "" : ` at ${shown(error.path)}`;
  const fix = error.fix === undefined ? "" : `${paint("cyan", "fix:")} ${oneLine(error.fix)}\n`;
  return `${head}${paint("red", "error")} ${paint("bold", shown(error.code))}${place}  ${oneLine(error.message)}\n${fix}`;
}
