import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  IceError,
  NetworkCoordinatorFactory,
  WorkflowFactory,
  type BlueprintLimits,
  type Issue,
  type NetworkCoordinator,
  type WorkflowHandle,
} from "@ice/core";
import { parseFile, parseText, type ParsedText } from "@ice/builder";
import { missingFile } from "./missing-file.ts";
import type { Ice } from "./start-ice.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** A file that was read and checked. */
export interface CheckedFile {
  /** As it was named on the command line. */
  readonly file: string;
  /** Where it stands, for what it names relative to itself. */
  readonly path: string;
  /** With line and column where they are known, in the order of the file. */
  readonly issues: readonly Issue[];
  readonly data: unknown;
  /** The lines of the text, for reports. */
  lines(): readonly string[];
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
  const { made: workflow, ...read } = await readAnd(ice, terminal, { file, noun: "blueprint" }, (data, base) =>
    ice.runtime.use(WorkflowFactory).create(data, { base }),
  );
  return { ...read, workflow };
}

/** The same for a network. */
export async function readNetwork(ice: Ice, terminal: Terminal, file: string | undefined): Promise<ReadNetwork> {
  const { made: network, ...read } = await readAnd(ice, terminal, { file, noun: "network" }, (data, base) =>
    ice.runtime.use(NetworkCoordinatorFactory).create(data, { base }),
  );
  return { ...read, network };
}

async function readAnd<Made extends { issues(): readonly Issue[] }>(
  { limits }: Ice,
  { cwd, readStdin }: Terminal,
  { file, noun }: { readonly file: string | undefined; readonly noun: string },
  make: (data: unknown, base: string) => Made,
): Promise<CheckedFile & { readonly made: Made | undefined }> {
  if (file === undefined)
    throw new IceError("ICE_USAGE", `Which ${noun}?`, { fix: "name a file, or - for standard input" });
  const path = resolve(cwd, file === "-" ? "stdin.yaml" : file);
  const { parsed, lines } = file === "-" ? readText(await readStdin(), limits) : readFile(cwd, file, limits);
  if (!parsed.ok) return { file, path, issues: parsed.issues, made: undefined, data: undefined, lines };
  const made = make(parsed.value, path);
  const issues = made
    .issues()
    .map((issue) => ({ ...issue, ...parsed.locate(issue.path) }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  return { file, path, issues, made, data: parsed.value, lines };
}

export const hasErrors = ({ issues }: Pick<CheckedFile, "issues">): boolean =>
  issues.some(({ severity }) => severity === "error");

interface ReadText extends Pick<CheckedFile, "lines"> {
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
