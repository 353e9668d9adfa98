import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parseFile, parseText, type ParsedText } from "@ice/builder";
import {
  BlueprintLoader,
  IceError,
  isPlainObject,
  NetworkCoordinatorFactory,
  networkSchemaVersion,
  schemaVersion,
  WorkflowFactory,
  type BlueprintLimits,
  type Issue,
  type NetworkCoordinator,
  type WorkflowHandle,
} from "@ice/core";
import { readRegularFileSync } from "@ice/host";
import { missingFile, unreadableFile } from "../args/missing-file.ts";
import type { Ice } from "../config/start-ice.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** A file that was read and checked. */
export interface CheckedFile {
  /** As it was named on the command line. */
  readonly file: string;
  /** Where it stands, for what it names relative to itself; undefined for standard input, which stands nowhere. */
  readonly path: string | undefined;
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
  const { made: workflow, ...read } = await readAnd(ice, terminal, { file, noun: "blueprint" }, (data, origin) =>
    ice.runtime.use(WorkflowFactory).create(data, origin),
  );
  return { ...read, workflow };
}

/** The same for a network. */
export async function readNetwork(ice: Ice, terminal: Terminal, file: string | undefined): Promise<ReadNetwork> {
  const { made: network, ...read } = await readAnd(ice, terminal, { file, noun: "network" }, (data, origin) =>
    ice.runtime.use(NetworkCoordinatorFactory).create(data, origin),
  );
  return { ...read, network };
}

async function readAnd<Made extends { issues(): readonly Issue[] }>(
  ice: Ice,
  { cwd, readStdin }: Terminal,
  { file, noun }: { readonly file: string | undefined; readonly noun: string },
  make: (data: unknown, origin: { readonly base?: string }) => Made,
): Promise<CheckedFile & { readonly made: Made | undefined }> {
  if (file === undefined)
    throw new IceError("ICE_USAGE", `Which ${noun}?`, { fix: "name a file, or - for standard input" });
  const { limits } = ice;
  const module = moduleNamed(file);
  if (module !== undefined) {
    const { data, base } = loadModule(ice, cwd, module);
    const made = make(data, { base });
    return { file, path: base, issues: made.issues(), made, data, lines: () => [] };
  }
  const path = file === "-" ? undefined : resolve(cwd, file);
  const { parsed, lines } = file === "-" ? readText(await readStdin(), limits) : readFile(cwd, file, limits);
  if (!parsed.ok) return { file, path, issues: parsed.issues, made: undefined, data: undefined, lines };
  const made = make(parsed.value, path === undefined ? {} : { base: path });
  const issues = [...(path === undefined ? missingVersion(parsed.value) : []), ...made.issues()]
    .map((issue) => ({ ...issue, ...parsed.locate(issue.path) }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  return { file, path, issues, made, data: parsed.value, lines };
}

export const hasErrors = ({ issues }: Pick<CheckedFile, "issues">): boolean =>
  issues.some(({ severity }) => severity === "error");

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
 * @throws IceError `ICE_FILE_NOT_FOUND`, `ICE_CODE_DENIED`, `ICE_WORKFLOW_UNKNOWN` (the module gives none).
 */
function loadModule(
  { runtime }: Ice,
  cwd: string,
  { path, name }: NamedModule,
): { readonly data: unknown; readonly base: string } {
  const file = resolve(cwd, path);
  if (!existsSync(file)) throw missingFile(cwd, path);
  const loaded = runtime.use(BlueprintLoader).load(`./${basename(file)}#${name}`, file);
  if (loaded.ok) return loaded;
  const [issue] = loaded.issues;
  const { code, message, fix = "correct the module" } = issue!; // a refusal has one
  throw new IceError(code, `${message}.`, {
    fix:
      code === "ICE_CODE_DENIED"
        ? `the owner of the process allows code in ice.config.ts, allow: { code: true }; or save the workflow as YAML and run that`
        : fix,
  });
}

/** A text is held to what a file is held to; without an address of its own the engine takes it for data of a program. */
function missingVersion(data: unknown): readonly Issue[] {
  if (!isPlainObject(data) || data["schemaVersion"] !== undefined) return [];
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

interface ReadText extends Pick<CheckedFile, "lines"> {
  readonly parsed: ParsedText;
}

function readText(text: string, limits: Partial<BlueprintLimits>): ReadText {
  const format = text.trimStart().startsWith("{") ? "json" : "yaml";
  return { parsed: parseText(text, { format, limits }), lines: () => linesOf(text) };
}

function readFile(cwd: string, named: string, limits: Partial<BlueprintLimits>): ReadText {
  const path = resolve(cwd, named);
  try {
    return { parsed: parseFile(path, limits), lines: () => linesOf(readAgain(path)) };
  } catch (error) {
    throw IceError.is(error) && error.cause !== undefined ? unreadableFile(cwd, named, error.cause) : error;
  }
}

function readAgain(path: string): string {
  try {
    return new TextDecoder().decode(readRegularFileSync(path));
  } catch {
    return ""; // it has gone meanwhile: the report shows no lines
  }
}

const linesOf = (text: string): string[] => text.replace(/^\uFEFF/, "").split(/\r?\n/);
