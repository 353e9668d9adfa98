import type { RunResult, WaitingNode } from "@ice/core";
import type { CommandLine } from "../command-line.ts";
import { printable, type Paint } from "../terminal.ts";

/** What a run asks, and how it is answered. */
export function questionsOf(
  { runId, waiting = [] }: Pick<RunResult, "runId" | "waiting">,
  command: CommandLine,
  paint: Paint,
): string {
  const questions = waiting.flatMap((request) => {
    const { path, kind, promptMessage = "" } = request;
    if (kind !== "human") return [];
    const [flags, others] = answersOf(request);
    const or = others.length === 0 ? "" : `   (or ${others.map(printable).join(", ")})`;
    return `${paint("yellow", "?")} ${printable(path)}: ${printable(promptMessage)}\n  answer: ${command("respond", runId, path, ...flags)}${or}\n`;
  });
  return questions.join("");
}

export const continueWith = (runId: string, command: CommandLine): string => `continue: ${command("resume", runId)}\n`;

/** Said instead when the store is the memory of this process. */
export const notKept =
  "not kept: the run ends with this command; stay for answers with --wait, or keep it with --store sqlite:PATH\n";

/** Options of one answer, and what can stand in their place. */
function answersOf({ approvalType, choices = [], assignees = [] }: WaitingNode): [string[], string[]] {
  const [by, ...colleagues] = assignees;
  const [choice = "", ...others] = choices;
  const [answer, instead] =
    approvalType === "choice"
      ? [["--choice", choice], others.map((other) => `--choice ${JSON.stringify(other)}`)]
      : approvalType === "input"
        ? [["--data", "JSON"], []]
        : [["--approve"], ["--reject"]];
  return [
    [...answer, ...(by === undefined ? [] : ["--as", by])],
    [...instead, ...colleagues.map((other) => `--as ${JSON.stringify(other)}`)],
  ];
}
