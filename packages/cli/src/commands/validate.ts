import type { Arguments } from "../args/arguments.ts";
import type { Command } from "../args/command.ts";
import { startIce } from "../config/start-ice.ts";
import { hasErrors, readBlueprint, type CheckedFile } from "../files/read-blueprint.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { issueReport } from "../output/issue-report.ts";
import { printJson } from "../output/print-json.ts";
import { shown } from "../terminal/printable.ts";
import type { Paint, Terminal } from "../terminal/terminal.ts";

export const validateCommand: Command = {
  usage: "validate FILE",
  summary: "Checks a blueprint and reports every issue at once.",
  operands: 1,
  options: {},
  flags: [],
  examples: ["ice validate report.yaml", "cat report.yaml | ice validate - --json"],
  async execute(args, terminal, paint) {
    const [file] = args.positionals;
    const ice = await startIce(terminal, args.flags, { file });
    try {
      return reportIssues(await readBlueprint(ice, terminal, file), args, terminal, paint);
    } finally {
      await ice.close();
    }
  },
};

/** Prints what was found; the exit code says whether an issue is an error. */
export function reportIssues(
  read: Pick<CheckedFile, "file" | "issues" | "lines">,
  { flags }: Pick<Arguments, "flags">,
  terminal: Terminal,
  paint: Paint,
): number {
  const valid = !hasErrors(read);
  if (flags.json) printJson(terminal, { valid, issues: read.issues });
  else if (!flags.quiet || !valid) {
    const errors = read.issues.filter(({ severity }) => severity === "error").length;
    const summary = valid
      ? paint("green", `${shown(read.file)} is valid`)
      : paint("red", `${errors} ${errors === 1 ? "error" : "errors"} in ${shown(read.file)}`);
    const report = read.issues.length === 0 ? "" : `${issueReport(read.issues, read.file, read.lines(), paint)}\n`;
    terminal.stderr.write(`${report}${summary}\n`);
  }
  return valid ? exitCodes.completed : exitCodes.invalid;
}
