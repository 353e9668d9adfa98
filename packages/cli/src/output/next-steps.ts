import type { RunResult, WaitingNode } from "@ice/core";
import { shellWord, type CommandLine } from "../args/command-line.ts";
import type { CommandContext } from "../args/command.ts";
import { oneLine, shown } from "../terminal/printable.ts";

/** The open requests of a run, each with the command that answers it. */
export function questionsOf(
  { paint, commandLine }: CommandContext,
  { runId, waiting = [] }: Pick<RunResult, "runId" | "waiting">,
): string {
  const questions = waiting.flatMap((request) => {
    const { path, kind, promptMessage = "" } = request;
    if (kind !== "human") return [];
    const [flags, others] = answersOf(request);
    // On a separate line, so that the line of the command can be copied.
    const or = others.length === 0 ? "" : `      or: ${others.join(", ")}\n`;
    return `${paint("yellow", "?")} ${shown(path)}: ${oneLine(promptMessage)}\n  answer: ${commandLine("respond", runId, path, ...flags)}\n${or}`;
  });
  return questions.join("");
}

export const continueWith = (runId: string, commandLine: CommandLine): string =>
  `continue: ${commandLine("resume", runId)}\n`;

/** Printed instead when the store is the memory of this process. */
export const notKept =
  "not stored: the run ends with this command; wait for answers with --wait, or store it with --store sqlite:PATH\n";

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
