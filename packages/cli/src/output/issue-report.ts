import type { Issue } from "@ice/core";
import { oneLine, printable, shown } from "../terminal/printable.ts";
import type { Paint } from "../terminal/terminal.ts";

/**
 * Issues as a person reads them: code and message, the place in the file with the line itself, and the next action.
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

/** Most characters of a line that are shown; JSON without line breaks is one line of any length. */
const widest = 160;

/** The line, and a mark below the value at the column. */
function frameOf(source: string, line: number, column: number, paint: Paint): string {
  const at = column - 1;
  const start = source.length <= widest || at < widest / 2 ? 0 : at - widest / 2;
  const end = start + widest;
  const before = `${start > 0 ? "…" : ""}${printable(source.slice(start, at))}`;
  const rest = `${printable(source.slice(at, end))}${end < source.length ? "…" : ""}`;
  const mark = "^".repeat(widthOf(printable(source.slice(at, end)), source[at - 1]));
  const number = String(line);
  // A tab stays a tab, so that the mark stands below its value however wide tabs are shown.
  const blank = before.replaceAll(/[^\t]/g, " ");
  return `${number} | ${before}${rest}\n${" ".repeat(number.length)} | ${blank}${paint("red", mark)}\n`;
}

/** How many characters the value at the beginning of a text has: up to the quote that closes it, or a word. */
function widthOf(text: string, before: string | undefined): number {
  const value = before === '"' ? /^(?:[^"\\]|\\.)+/ : before === "'" ? /^[^']+/ : /^[^\s,\]}]+/;
  return Math.min(60, value.exec(text)?.[0].length ?? 1);
}
