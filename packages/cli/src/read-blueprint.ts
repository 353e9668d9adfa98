import { existsSync } from "node:fs";
import { readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import {
  didYouMean,
  IceError,
  NetworkCoordinatorFactory,
  WorkflowFactory,
  type Issue,
  type NetworkCoordinator,
  type WorkflowHandle,
} from "@ice/core";
import { parseFile, parseText, type ParsedText } from "@ice/builder";
import type { Ice } from "./start-ice.ts";
import type { Terminal } from "./terminal.ts";

/** A file that was read and checked. */
export interface CheckedFile {
  /** As it was named on the command line. */
  readonly file: string;
  /** With line and column where they are known. */
  readonly issues: readonly Issue[];
  readonly data: unknown;
  readonly text: string;
}

/** A blueprint file that was read and checked. */
export interface ReadBlueprint extends CheckedFile {
  /** Undefined when the text could not be read as data. */
  readonly workflow: WorkflowHandle | undefined;
}

/** The file of a network that was read and checked. */
export interface ReadNetwork extends CheckedFile {
  /** Undefined when the text could not be read as data. */
  readonly network: NetworkCoordinator | undefined;
}

/**
 * Reads a blueprint: from a file, or from standard input for `-`.
 *
 * @throws IceError `ICE_USAGE` without a file, `ICE_FILE_NOT_FOUND` with a did-you-mean.
 */
export async function readBlueprint(ice: Ice, terminal: Terminal, file: string | undefined): Promise<ReadBlueprint> {
  const { made: workflow, ...read } = await readFor(terminal, file, "blueprint", (data, base) =>
    ice.runtime.use(WorkflowFactory).create(data, { base }),
  );
  return { ...read, workflow };
}

/** The same for a network. */
export async function readNetwork(ice: Ice, terminal: Terminal, file: string | undefined): Promise<ReadNetwork> {
  const { made: network, ...read } = await readFor(terminal, file, "network", (data, base) =>
    ice.runtime.use(NetworkCoordinatorFactory).create(data, { base }),
  );
  return { ...read, network };
}

async function readFor<Made extends { issues(): readonly Issue[] }>(
  terminal: Terminal,
  file: string | undefined,
  noun: string,
  make: (data: unknown, base: string) => Made,
): Promise<CheckedFile & { readonly made: Made | undefined }> {
  if (file === undefined)
    throw new IceError("ICE_USAGE", `Which ${noun}?`, { fix: "name a file, or - for standard input" });
  const path = resolve(terminal.cwd, file === "-" ? "stdin.yaml" : file);
  const { parsed, text } = file === "-" ? parseStdin(await terminal.readStdin()) : readFile(path, file);
  if (!parsed.ok) return { file, issues: parsed.issues, made: undefined, data: undefined, text };
  const made = make(parsed.value, path);
  const issues = made.issues().map((issue) => ({ ...issue, ...parsed.locate(issue.path) }));
  return { file, issues, made, data: parsed.value, text };
}

export const hasErrors = ({ issues }: Pick<CheckedFile, "issues">): boolean =>
  issues.some(({ severity }) => severity === "error");

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
