import { existsSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parseFile, parseText, type ParsedFile } from "@ice/builder";
import {
  BlueprintLoader,
  IceError,
  NetworkCoordinatorFactory,
  networkSchemaVersion,
  schemaVersion,
  type BlueprintLimits,
  type Issue,
  type NetworkCoordinator,
} from "@ice/core";
import { isPlainObject, type AnalysisContext, type AnalysisResult } from "@ice/core/internal";
import { missingFile, unreadableFile } from "../args/missing-file.ts";
import type { GivenWorkflow, RunContext, RunnableWorkflow } from "../config/run-services.ts";
import type { IceContext } from "../config/start-ice.ts";
import type { FileIssues } from "../output/issue-report.ts";

/** A file that was read and checked. */
interface CheckedFile extends FileIssues {
  readonly data: unknown;
}

/** A blueprint file that was read and checked. */
export interface ReadBlueprint extends CheckedFile {
  /** Undefined when the text could not be read as data. */
  readonly workflow: RunnableWorkflow | undefined;
}

/** The file of a network that was read and checked. */
export interface ReadNetwork extends CheckedFile {
  /** Undefined when the text could not be read as data. */
  readonly network: NetworkCoordinator | undefined;
}

/**
 * Reads a blueprint: from a file, or from standard input for `-`. At a server, what is no file is the name of a workflow.
 *
 * @throws IceError `ICE_USAGE` without a file, `ICE_FILE_NOT_FOUND` with a did-you-mean.
 */
export async function readBlueprint(context: RunContext, file: string | undefined): Promise<ReadBlueprint> {
  const { workflows } = context;
  const named = file === undefined || isFile(context.terminal.cwd, file) ? undefined : await workflows.named(file);
  if (named !== undefined) return { ...named, file: file!, issues: [], lines: () => [] }; // it has a name
  const { checked, ...read } = await readAndCheck(context, { file, noun: "blueprint" }, (given) =>
    workflows.check(given),
  );
  return { ...read, workflow: checked?.workflow };
}

/** Whether a command line names a file, or standard input. */
const isFile = (cwd: string, named: string): boolean =>
  named === "-" ||
  statSync(resolve(cwd, moduleNamed(named)?.path ?? named), { throwIfNoEntry: false })?.isFile() === true;

/** The same for a network. */
export async function readNetwork(context: IceContext, file: string | undefined): Promise<ReadNetwork> {
  const factory = context.runtime.use(NetworkCoordinatorFactory);
  const { checked, ...read } = await readAndCheck(context, { file, noun: "network" }, ({ data, base }) => {
    const network = factory.create(data, { base });
    return { issues: network.issues(), network };
  });
  return { ...read, network: checked?.network };
}

/** A file that was read and analysed, but cannot be run. */
interface AnalyzedFile extends CheckedFile {
  /** Undefined when an issue of the analysis is an error. */
  readonly analyzed: AnalysisResult["analyzed"];
}

/** Reads a file to draw its graph. Throws like `readBlueprint`. */
export async function analyzeFile(
  context: IceContext,
  source: Source,
  analyze: (data: unknown, context: AnalysisContext) => AnalysisResult,
): Promise<AnalyzedFile> {
  const { runtime, limits } = context;
  const loader = runtime.use(BlueprintLoader);
  const { checked, ...read } = await readAndCheck(context, source, ({ data, base }) =>
    analyze(data, { runtime, limits, loader, base }),
  );
  return { ...read, analyzed: checked?.analyzed };
}

/** What a command line names. */
interface Source {
  readonly file: string | undefined;
  readonly noun: "blueprint" | "network";
}

async function readAndCheck<Checked extends { readonly issues: readonly Issue[] }>(
  context: RunContext,
  { file, noun }: Source,
  check: (given: GivenWorkflow) => Checked | Promise<Checked>,
): Promise<CheckedFile & { readonly checked: Checked | undefined }> {
  if (file === undefined)
    throw new IceError("ICE_USAGE", `Which ${noun}?`, { fix: "name a file, or - for standard input" });
  const { terminal, limits } = context;
  const { cwd } = terminal;
  const module = moduleNamed(file);
  if (module !== undefined) {
    const { data, base } = loadModule(context, cwd, module);
    const checked = await check({ data, base, text: undefined });
    return { file, issues: checked.issues, checked, data, lines: () => [] };
  }
  const isStdin = file === "-";
  const { parsed, text } = isStdin ? parseStdin(await terminal.readStdin(), limits) : readFile(cwd, file, limits);
  const lines = (): readonly string[] =>
    text()
      .replace(/^\uFEFF/, "")
      .split(/\r?\n/);
  if (!parsed.ok) return { file, issues: parsed.issues, checked: undefined, data: undefined, lines };
  const base = isStdin ? undefined : resolve(cwd, file);
  const checked = await check({ data: parsed.value, base, text: text() });
  const issues = [...missingVersion(parsed.value, checked.issues), ...checked.issues]
    .map((issue) => ({ ...issue, ...parsed.locate(issue.path) }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  return { file, issues, checked, data: parsed.value, lines };
}

interface NamedModule {
  readonly path: string;
  readonly name: string;
}

/** `workflows.ts#etl`; without a name the default export. Undefined for a file of data. */
function moduleNamed(file: string): NamedModule | undefined {
  const parts = /^(?<path>[^#]+\.[cm]?[jt]s)(?:#(?<name>.*))?$/s.exec(file)?.groups;
  return parts === undefined ? undefined : { path: parts["path"]!, name: parts["name"] ?? "default" };
}

/**
 * The blueprint that a module exports, when the owner of the process allows code.
 *
 * @throws IceError `ICE_FILE_NOT_FOUND`, `ICE_CODE_DENIED`, `ICE_WORKFLOW_UNKNOWN` (the module exports none).
 */
function loadModule(
  { workflows }: RunContext,
  cwd: string,
  { path, name }: NamedModule,
): { readonly data: unknown; readonly base: string } {
  const file = resolve(cwd, path);
  if (!existsSync(file)) throw missingFile(cwd, path);
  const loaded = workflows.loader.load(`./${basename(file)}#${name}`, file);
  if (loaded.ok) return loaded;
  const [issue] = loaded.issues;
  const { code, message, fix = "correct the module" } = issue!; // a module that is not loaded has an issue
  throw new IceError(code, `${message}.`, {
    fix:
      code === "ICE_CODE_DENIED"
        ? `allow code in ice.config.ts, as the process owner: allow: { code: true }; or save the workflow as YAML and run that`
        : fix,
  });
}

/** Standard input, and a text for a server, need a version as a file does; without a file the engine takes it for data of a program. */
function missingVersion(data: unknown, found: readonly Issue[]): readonly Issue[] {
  if (!isPlainObject(data) || data["schemaVersion"] !== undefined) return [];
  if (found.some(({ code }) => code === "ICE_SCHEMA_VERSION")) return [];
  // Data that is no document at all is reported as such.
  if (!["name", "nodes", "workflows"].some((field) => Object.hasOwn(data, field))) return [];
  const kind = "workflows" in data ? networkSchemaVersion : schemaVersion;
  const message = "missing field `schemaVersion`";
  return [
    {
      code: "ICE_SCHEMA_VERSION",
      severity: "error",
      path: "/schemaVersion",
      message,
      fix: `write schemaVersion: ${kind}`,
    },
  ];
}

function parseStdin(text: string, limits: Partial<BlueprintLimits>): ParsedFile {
  const format = text.trimStart().startsWith("{") ? "json" : "yaml";
  return { parsed: parseText(text, { format, limits }), text: () => text };
}

function readFile(cwd: string, named: string, limits: Partial<BlueprintLimits>): ParsedFile {
  try {
    return parseFile(resolve(cwd, named), limits);
  } catch (error) {
    throw IceError.is(error) && error.cause !== undefined ? unreadableFile(cwd, named, error.cause) : error;
  }
}
