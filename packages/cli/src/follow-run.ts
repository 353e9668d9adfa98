import {
  HumanTaskService,
  RunStore,
  WorkflowExecutionService,
  type RunOptions,
  type RunResult,
  type WaitingNode,
} from "@ice/core";
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

type Begin = (options: Pick<RunOptions, "signal" | "interrupt" | "onEvent" | "wait">) => Promise<RunResult>;

/**
 * Runs something, shows how it goes, asks the person at the terminal, prints the result, and gives the exit code. Ctrl-C leaves
 * the run so that it can be resumed; what is kept in memory only is cancelled.
 */
export async function followRun(
  ice: Ice,
  { flags, wait }: Following,
  terminal: Terminal,
  paint: Paint,
  begin: Begin,
): Promise<number> {
  const progress = createProgress(terminal, paint, { quiet: flags.quiet });
  const interruption = new AbortController();
  const { durable } = ice.runtime.use(RunStore);
  const forget = terminal.onInterrupt(() => interruption.abort());
  const options = {
    onEvent: progress.onEvent,
    wait,
    ...(durable ? { interrupt: interruption.signal } : { signal: interruption.signal }),
  };
  try {
    let result = await begin(options);
    while (!flags.noPrompt && (await askForAnswers(ice, result, terminal)))
      result = await ice.runtime.use(WorkflowExecutionService).resume(result.runId, options);
    progress.end();
    printResult(result, flags, terminal, paint);
    return interruption.signal.aborted ? 130 : exitCodeOfRun(result);
  } finally {
    progress.end();
    forget();
  }
}

/** Asks the person at the terminal for what a run waits for. True when at least one answer was given. */
async function askForAnswers(
  { runtime }: Ice,
  { runId, waiting = [] }: RunResult,
  { ask }: Terminal,
): Promise<boolean> {
  let answered = false;
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
  const { status, runId, durationMs, error } = result;
  if (!quiet) {
    const place = error?.path === undefined ? "" : ` at ${error.path}`;
    terminal.stderr.write(`${paint(styles[status], status)} ${runId} ${paint("dim", `${durationMs} ms`)}\n`);
    if (error !== undefined)
      terminal.stderr.write(
        `${paint("red", "error")} ${paint("bold", error.code)}${place}  ${printable(error.message)}\n${error.fix === undefined ? "" : `${paint("cyan", "fix:")} ${printable(error.fix)}\n`}`,
      );
    terminal.stderr.write(nextSteps(result, paint));
  }
  printJson(terminal, json ? result : result.output);
}

/** What a person can do about a run that has not ended. */
function nextSteps({ status, runId, waiting = [] }: RunResult, paint: Paint): string {
  if (status !== "suspended" && status !== "interrupted") return "";
  const answers = waiting.flatMap((request) => {
    const { path, kind, promptMessage = "" } = request;
    if (kind !== "human") return [];
    return `${paint("yellow", "?")} ${printable(path)}: ${printable(promptMessage)}\n  answer: ice respond ${runId} '${path}' ${flagsOf(request)}\n`;
  });
  return `${answers.join("")}continue: ice resume ${runId}\n`;
}

function flagsOf({ approvalType, choices = [] }: WaitingNode): string {
  if (approvalType === "choice") return `--choice ${choices.map((choice) => JSON.stringify(choice)).join("|")}`;
  return approvalType === "input" ? "--data JSON" : "--approve|--reject";
}
