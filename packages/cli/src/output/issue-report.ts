import type { Issue } from "@ice/core";
import { printable, type Paint } from "../terminal.ts";

/**
 * Issues as a person reads them: code and message, the place in the file with the line itself, and the next action.
 *
 * @param lines - the lines of the file, when there is one.
 */
export function issueReport(
  issues: readonly Issue[],
  file: string,
  lines: readonly string[] | undefined,
  paint: Paint,
): string {
  return issues.map((issue) => one(issue, file, lines, paint)).join("\n");
}

function one(
  { severity, code, message, line, column = 1, path, fix }: Issue,
  file: string,
  lines: readonly string[] | undefined,
  paint: Paint,
): string {
  const head = `${paint(severity === "error" ? "red" : "yellow", severity)} ${paint("bold", code)}  ${printable(message)}`;
  const tail = fix === undefined ? "" : `${paint("cyan", "fix:")} ${printable(fix)}\n`;
  if (line === undefined) return `${head}\n  --> ${file}${path}\n${tail}`;
  const source = lines?.[line - 1];
  const number = String(line);
  const gutter = " ".repeat(number.length);
  const frame =
    source === undefined
      ? ""
      : `${number} | ${printable(source)}\n${gutter} | ${" ".repeat(column - 1)}${paint("red", "^".repeat(widthAt(source, column)))}\n`;
  return `${head}\n  --> ${file}:${line}:${column}\n${frame}${tail}`;
}

/** How many characters the value at a column has: a word, or a quoted string. */
function widthAt(source: string, column: number): number {
  return Math.min(60, /^(?:"[^"]*"|'[^']*'|[^\s,\]}]+)/.exec(source.slice(column - 1))?.[0].length ?? 1);
}
