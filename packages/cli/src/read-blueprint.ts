import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { IceError, WorkflowFactory, type BlueprintLimits, type Issue, type WorkflowHandle } from "@ice/core";
import { parseFile, parseText, type ParsedText } from "@ice/builder";
import { missingFile } from "./missing-file.ts";
import type { Ice } from "./start-ice.ts";
import type { Terminal } from "./terminal.ts";

/** A blueprint file that was read and checked. */
export interface ReadBlueprint {
  /** As it was named on the command line. */
  readonly file: string;
  /** Where it stands, for what it names relative to itself. */
  readonly path: string;
  /** With line and column where they are known, in the order of the file. */
  readonly issues: readonly Issue[];
  /** Undefined when the text could not be read as data. */
  readonly workflow: WorkflowHandle | undefined;
  readonly data: unknown;
  /** The lines of the text, for reports. */
  lines(): readonly string[];
}

/**
 * Reads a blueprint: from a file, or from standard input for `-`.
 *
 * @throws IceError `ICE_USAGE` without a file, `ICE_FILE_NOT_FOUND` with a did-you-mean.
 */
export async function readBlueprint(ice: Ice, terminal: Terminal, file: string | undefined): Promise<ReadBlueprint> {
  if (file === undefined)
    throw new IceError("ICE_USAGE", "Which blueprint?", { fix: "name a file, or - for standard input" });
  const { limits } = ice;
  const path = resolve(terminal.cwd, file === "-" ? "stdin.yaml" : file);
  const { parsed, lines } =
    file === "-" ? readText(await terminal.readStdin(), limits) : readFile(terminal.cwd, file, limits);
  if (!parsed.ok) return { file, path, issues: parsed.issues, workflow: undefined, data: undefined, lines };
  const workflow = ice.runtime.use(WorkflowFactory).create(parsed.value, { base: path });
  const issues = workflow
    .issues()
    .map((issue) => ({ ...issue, ...parsed.locate(issue.path) }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  return { file, path, issues, workflow, data: parsed.value, lines };
}

export const hasErrors = ({ issues }: Pick<ReadBlueprint, "issues">): boolean =>
  issues.some(({ severity }) => severity === "error");

interface ReadText extends Pick<ReadBlueprint, "lines"> {
  readonly parsed: ParsedText;
}

function readText(text: string, limits: Partial<BlueprintLimits>): ReadText {
  const format = text.trimStart().startsWith("{") ? "json" : "yaml";
  return { parsed: parseText(text, { format, limits }), lines: () => linesOf(text) };
}

function readFile(cwd: string, named: string, limits: Partial<BlueprintLimits>): ReadText {
  const path = resolve(cwd, named);
  if (!existsSync(path)) throw missingFile(cwd, named);
  return { parsed: parseFile(path, limits), lines: () => linesOf(readAgain(path)) };
}

function readAgain(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it has gone meanwhile: the report shows no lines
  }
}

const linesOf = (text: string): string[] => text.replace(/^\uFEFF/, "").split(/\r?\n/);
