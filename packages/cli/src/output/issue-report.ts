import type { Issue } from "@ice/core";
import type { CommandContext } from "../args/command.ts";
import { oneLine, printable, shown } from "../terminal/printable.ts";
import type { Paint } from "../terminal/terminal.ts";
import { exitCodes } from "./exit-codes.ts";
import { fixWithCommands } from "./fix-with-commands.ts";
import { printJson } from "./print-json.ts";

/** A file that was checked. */
export interface FileIssues {
  /** As it was named on the command line. */
  readonly file: string;
  /** With line and column where they are known, in the order of the file. */
  readonly issues: readonly Issue[];
  /** The lines of the file; none when there is no file. */
  lines(): readonly string[];
}

export const hasErrors = ({ issues }: Pick<FileIssues, "issues">): boolean =>
  issues.some(({ severity }) => severity === "error");

/** Prints what was found, and returns the exit code: whether an issue is an error. */
export function reportIssues({ flags, terminal, paint, commandLine }: CommandContext, read: FileIssues): number {
  const valid = !hasErrors(read);
  const issues = read.issues.map((issue) => {
    const fix = fixWithCommands(issue, commandLine);
    return fix === undefined ? issue : { ...issue, fix };
  });
  if (flags.json) printJson(terminal, { valid, issues });
  else if (!flags.quiet || !valid) {
    const errors = issues.filter(({ severity }) => severity === "error").length;
    const summary = valid
      ? paint("green", `${shown(read.file)} is valid`)
      : paint("red", `${errors} ${errors === 1 ? "error" : "errors"} in ${shown(read.file)}`);
    const report = issues.length === 0 ? "" : `${issueReport(issues, read.file, read.lines(), paint)}\n`;
    terminal.stderr.write(`${report}${summary}\n`);
  }
  return valid ? exitCodes.completed : exitCodes.invalid;
}

/** Prints the warnings about a file that is about to run. */
export function reportWarnings(context: CommandContext, read: FileIssues): void {
  if (!context.flags.json && read.issues.length > 0) reportIssues(context, read);
}

/**
 * Issues as text: code and message, the position in the file with the line itself, and the next action.
 *
 * @param lines - the lines of the file; none when there is no file.
 */
export function issueReport(issues: readonly Issue[], file: string, lines: readonly string[], paint: Paint): string {
  return issues.map((issue) => one(issue, file, lines, paint)).join("\n");
}

function one(
  { severity, code, message, line, column = 1, path, fix }: Issue,
  file: string,
  lines: readonly string[],
  paint: Paint,
): string {
  const head = `${paint(severity === "error" ? "red" : "yellow", severity)} ${paint("bold", shown(code))}  ${oneLine(message)}`;
  const tail = fix === undefined ? "" : `${paint("cyan", "fix:")} ${oneLine(fix)}\n`;
  if (line === undefined) return `${head}\n  --> ${shown(file)}${path === "" ? "" : ` at ${shown(path)}`}\n${tail}`;
  const source = lines[line - 1];
  const frame = source === undefined ? "" : frameOf(source, line, column, paint);
  return `${head}\n  --> ${shown(file)}:${line}:${column}\n${frame}${tail}`;
}

/** Characters of a line that are shown; JSON without line breaks is one line of any length. */
const maxWidth = 160;

/** The line, and a mark below the value at the column. */
function frameOf(source: string, line: number, column: number, paint: Paint): string {
  const at = column - 1;
  const start = source.length <= maxWidth || at < maxWidth / 2 ? 0 : at - maxWidth / 2;
  const end = start + maxWidth;
  const before = `${start > 0 ? "…" : ""}${printable(source.slice(start, at))}`;
  const rest = `${printable(source.slice(at, end))}${end < source.length ? "…" : ""}`;
  const mark = "^".repeat(widthOf(printable(source.slice(at, end)), source[at - 1]));
  const number = String(line);
  // A tab stays a tab, so that the mark is below its value however wide tabs are shown.
  const blank = before.replaceAll(/[^\t]/g, " ");
  return `${number} | ${before}${rest}\n${" ".repeat(number.length)} | ${blank}${paint("red", mark)}\n`;
}

/** Length of the value at the beginning of a text: up to the quote that closes it, or a word. */
function widthOf(text: string, before: string | undefined): number {
  const value = before === '"' ? /^(?:[^"\\]|\\.)+/ : before === "'" ? /^[^']+/ : /^[^\s,\]}]+/;
  return Math.min(60, value.exec(text)?.[0].length ?? 1);
}
