import { existsSync } from "node:fs";
import { readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { didYouMean, IceError, WorkflowFactory, type Issue, type WorkflowHandle } from "@ice/core";
import { parseFile, parseText, type ParsedText } from "@ice/builder";
import type { Ice } from "./start-ice.ts";
import type { Terminal } from "./terminal.ts";

/** A blueprint file that was read and checked. */
export interface ReadBlueprint {
  /** As it was named on the command line. */
  readonly file: string;
  /** With line and column where they are known. */
  readonly issues: readonly Issue[];
  /** Undefined when the text could not be read as data. */
  readonly workflow: WorkflowHandle | undefined;
  readonly data: unknown;
  readonly text: string;
}

/**
 * Reads a blueprint: from a file, or from standard input for `-`.
 *
 * @throws IceError `ICE_USAGE` without a file, `ICE_FILE_NOT_FOUND` with a did-you-mean.
 */
export async function readBlueprint(ice: Ice, terminal: Terminal, file: string | undefined): Promise<ReadBlueprint> {
  if (file === undefined)
    throw new IceError("ICE_USAGE", "Which blueprint?", { fix: "name a file, or - for standard input" });
  const path = resolve(terminal.cwd, file === "-" ? "stdin.yaml" : file);
  const { parsed, text } = file === "-" ? parseStdin(await terminal.readStdin()) : readFile(path, file);
  if (!parsed.ok) return { file, issues: parsed.issues, workflow: undefined, data: undefined, text };
  const workflow = ice.runtime.use(WorkflowFactory).create(parsed.value, { base: path });
  const issues = workflow.issues().map((issue) => ({ ...issue, ...parsed.locate(issue.path) }));
  return { file, issues, workflow, data: parsed.value, text };
}

export const hasErrors = ({ issues }: ReadBlueprint): boolean => issues.some(({ severity }) => severity === "error");

function parseStdin(text: string): { parsed: ParsedText; text: string } {
  return { parsed: parseText(text, { format: text.trimStart().startsWith("{") ? "json" : "yaml" }), text };
}

function readFile(path: string, named: string): { parsed: ParsedText; text: string } {
  if (!existsSync(path))
    throw new IceError("ICE_FILE_NOT_FOUND", `There is no file "${named}".`, {
      fix: nearby(path) || "check the path",
      details: { file: named },
    });
  const parsed = parseFile(path);
  return { parsed, text: path };
}

function nearby(path: string): string {
  try {
    return didYouMean(basename(path), readdirSync(dirname(path))).replace(
      /"(.*)"/,
      (_all, name: string) => `"${join(dirname(path), name)}"`,
    );
  } catch {
    return ""; // the directory is not there either
  }
}
