import {
  HumanTaskService,
  RunStore,
  WorkflowExecutionService,
  type RunEvent,
  type RunOptions,
  type RunResult,
  type WaitingNode,
} from "@ice/core";
import { systemClock } from "@ice/orchestrator";
import type { CommonFlags } from "./arguments.ts";
import { printJson } from "./command.ts";
import { exitCodeOfRun } from "./exit-codes.ts";
import { createProgress } from "./output/progress.ts";
import type { Ice } from "./start-ice.ts";
import { printable, type Paint, type Terminal } from "./terminal.ts";

/** What a command that runs something decides about it. */
export interface Following {
  readonly flags: CommonFlags;
  readonly wait: boolean;
}

/** What a run or a network is told by the command that follows it. */
type FollowOptions = Pick<RunOptions, "signal" | "interrupt" | "onEvent" | "wait">;

/** How something is run, continued and shown. */
export interface Followed<Result> {
  begin(options: FollowOptions): Promise<Result>;
  resume(runId: string, options: FollowOptions): Promise<Result>;
  /** Runs in it that may ask somebody. */
  runsOf(result: Result): readonly Pick<RunResult, "runId" | "waiting">[];
  print(result: Result): void;
  /** Changes an event before it is shown. */
  readonly shown?: (event: RunEvent) => RunEvent;
}

/** Runs a workflow and shows how it goes; see `follow`. */
export function followRun(
  ice: Ice,
  following: Following,
  terminal: Terminal,
  paint: Paint,
  begin: Followed<RunResult>["begin"],
): Promise<number> {
  return follow(ice, following, terminal, paint, {
    begin,
    resume: (runId, options) => ice.runtime.use(WorkflowExecutionService).resume(runId, options),
    runsOf: (result) => [result],
    print: (result) => printResult(result, following.flags, terminal, paint),
  });
}

/**
 * Runs something, shows how it goes, asks the person at the terminal, prints the result, and gives the exit code. Ctrl-C leaves
 * the run so that it can be resumed; what is kept in memory only is cancelled.
 */
export async function follow<Result extends Pick<RunResult, "runId" | "status" | "error">>(
  ice: Ice,
  { flags, wait }: Following,
  terminal: Terminal,
  paint: Paint,
  { begin, resume, runsOf, print, shown = (event) => event }: Followed<Result>,
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
    while (!flags.noPrompt && (await askForAnswers(ice, runsOf(result), terminal)))
      result = await resume(result.runId, options);
    progress.end();
    print(result);
    return interruption.signal.aborted ? 130 : exitCodeOfRun(result);
  } finally {
    progress.end();
    forget();
  }
}

/** Asks the person at the terminal for what runs wait for. True when at least one answer was given. */
async function askForAnswers(
  { runtime }: Ice,
  runs: readonly Pick<RunResult, "runId" | "waiting">[],
  { ask }: Terminal,
): Promise<boolean> {
  let answered = false;
  for (const { runId, waiting = [] } of runs)
    for (const request of waiting) {
      if (ask === undefined || request.kind !== "human") continue;
      const answer = await ask(request);
      if (answer === undefined) return false;
      await runtime.use(HumanTaskService).respond(runId, request.path, answer);
      answered = true;
    }
  return answered;
}

const styles: Readonly<Record<RunResult["status"], "green" | "red" | "yellow">> = {
  completed: "green",
  failed: "red",
  cancelled: "red",
  suspended: "yellow",
  interrupted: "yellow",
  running: "yellow",
};

/** Prints a result document, or its output for people. */
export function printResult(result: RunResult, { json, quiet }: CommonFlags, terminal: Terminal, paint: Paint): void {
  const { status, runId, durationMs } = result;
  if (!quiet) {
    const questions = status === "suspended" ? questionsOf(result, paint) : "";
    terminal.stderr.write(`${outcomeOf(result, ` ${paint("dim", `${durationMs} ms`)}`, paint)}${questions}`);
    terminal.stderr.write(status === "suspended" || status === "interrupted" ? continueWith(runId) : "");
  }
  printJson(terminal, json ? result : result.output);
}

/** Status, id and error of a run or network, as a person reads them. */
export function outcomeOf(
  { status, runId, error }: Pick<RunResult, "status" | "runId" | "error">,
  more: string,
  paint: Paint,
): string {
  const head = `${paint(styles[status], status)} ${runId}${more}\n`;
  if (error === undefined) return head;
  const place = error.path === undefined ? "" : ` at ${error.path}`;
  const fix = error.fix === undefined ? "" : `${paint("cyan", "fix:")} ${printable(error.fix)}\n`;
  return `${head}${paint("red", "error")} ${paint("bold", error.code)}${place}  ${printable(error.message)}\n${fix}`;
}

/** What a run asks, and how it is answered. */
export function questionsOf({ runId, waiting = [] }: Pick<RunResult, "runId" | "waiting">, paint: Paint): string {
  const questions = waiting.flatMap((request) => {
    const { path, kind, promptMessage = "" } = request;
    if (kind !== "human") return [];
    return `${paint("yellow", "?")} ${printable(path)}: ${printable(promptMessage)}\n  answer: ice respond ${runId} '${path}' ${flagsOf(request)}${whoOf(request)}\n`;
  });
  return questions.join("");
}

export const continueWith = (runId: string): string => `continue: ice resume ${runId}\n`;

const whoOf = ({ assignees = [] }: WaitingNode): string =>
  assignees.length === 0 ? "" : ` --as ${assignees.join("|")}`;

function flagsOf({ approvalType, choices = [] }: WaitingNode): string {
  if (approvalType === "choice") return `--choice ${choices.map((choice) => JSON.stringify(choice)).join("|")}`;
  return approvalType === "input" ? "--data JSON" : "--approve|--reject";
}
