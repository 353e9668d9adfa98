import type { RunResult, RunSummary, WaitingNode } from "@ice/core";
import { shellWord, type CommandLine } from "../args/command-line.ts";
import type { CommandContext } from "../args/command.ts";
import { moment } from "./duration.ts";
import { oneLine, shown } from "../terminal/printable.ts";

/** What a run waits for: questions and signals with the command that answers or sends one, and times. */
export function waitingOf(
  context: CommandContext,
  { runId, waiting = [] }: Pick<RunResult, "runId" | "waiting">,
): string {
  return waiting.map((node) => textOf(context, runId, node)).join("");
}

function textOf({ paint, commandLine }: CommandContext, runId: string, node: WaitingNode): string {
  const { path, kind, promptMessage = "", signals: [signal, ...otherSignals] = [] } = node;
  const line = (text: string): string => `${paint("yellow", "?")} ${shown(path)}: ${oneLine(text)}\n`;
  if (kind === "human") {
    const [flags, others] = answersOf(node);
    return `${line(promptMessage)}  answer: ${commandLine("respond", runId, path, ...flags)}\n${alternatives(others)}`;
  }
  if (signal !== undefined)
    return `${line(waitText(node))}  signal: ${commandLine("signal", runId, signal)}\n${alternatives(otherSignals)}`;
  return kind === "timer" ? line(waitText(node)) : "";
}

/** What a node waits for. */
export function waitText({
  signals = [],
  resumeAt,
  expiresAt,
}: Pick<WaitingNode, "signals" | "resumeAt" | "expiresAt">): string {
  const what = signals.length === 0 ? "waits" : `waits for the signal ${signals.join(" or ")}`;
  const until = typeof resumeAt === "number" ? ` until ${moment(resumeAt)}` : "";
  return `${what}${until}${typeof expiresAt === "number" ? `; fails at ${moment(expiresAt)}` : ""}`;
}

/** On a separate line, so that the line of the command can be copied. */
const alternatives = (others: readonly string[]): string =>
  others.length === 0 ? "" : `      or: ${others.join(", ")}\n`;

/** How a run continues that is not in progress. One that only waits for times continues when the first has come. */
export function continueWith(
  { runId, status, hosted = false }: Pick<RunSummary, "runId" | "status"> & { readonly hosted?: boolean | undefined },
  commandLine: CommandLine,
  waiting: readonly Pick<WaitingNode, "kind">[] = [],
): string {
  // What is suspended and waits for nothing was paused.
  if (hosted && status === "interrupted") return "continues by itself, on a server or a worker\n";
  if (hosted && waiting.length > 0)
    return "continues by itself, on a server or a worker, when it has what it waits for\n";
  const isTimed = waiting.length > 0 && waiting.every(({ kind }) => kind === "timer");
  return isTimed
    ? `continue then: ${commandLine("resume", runId)}, or all that are due: ${commandLine("resume", "--due")}\n`
    : `continue: ${commandLine("resume", runId)}\n`;
}

/** Printed instead when the store is the memory of this process. */
export const notKept =
  "not stored: the run ends with this command; wait with --wait, or store it with --store sqlite:PATH\n";

/** Options of one answer, and the alternatives. */
function answersOf({ approvalType, choices = [], assignees = [] }: WaitingNode): [string[], string[]] {
  const [by, ...colleagues] = assignees;
  const [choice = "", ...others] = choices;
  const [answer, instead] =
    approvalType === "choice"
      ? [option("--choice", choice), others.map((other) => written("--choice", other))]
      : approvalType === "input"
        ? [["--data", "JSON"], []]
        : [["--approve"], ["--reject"]];
  return [
    [...answer, ...(by === undefined ? [] : option("--as", by))],
    [...instead, ...colleagues.map((other) => written("--as", other))],
  ];
}

/** An option with its value. A value that looks like an option is written after `=`, or it would be read as one. */
const option = (name: string, value: string): string[] =>
  value.startsWith("-") ? [`${name}=${value}`] : [name, value];
const written = (name: string, value: string): string => option(name, value).map(shellWord).join(" ");
