import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createBlueprintLoader } from "@ice/builder";
import {
  BlueprintLoader,
  BlueprintReader,
  createRuntime,
  FileAccess,
  IceError,
  type Plugin,
  type Runtime,
} from "@ice/core";
import type { PostgresInspection } from "@ice/engine-dbos";
import { initializeOrchestrator } from "@ice/orchestrator";
import { toolPack } from "@ice/tools";
import type { CommandContext } from "../args/command.ts";
import type { commonFlags, Flags } from "../args/flags.ts";
import { missingStore } from "../args/missing-file.ts";
import { loadConfiguration } from "./configuration.ts";
import { problemLine } from "../output/problem-line.ts";
import { blueprintReader } from "./blueprint-reader.ts";
import { fileAccessOf } from "./file-access-of.ts";
import type { IceConfig } from "./ice-config.ts";
import { lazyModels } from "./lazy-models.ts";
import { localServices, type RunServices } from "./run-services.ts";
import type { ServeConfig } from "./serve-config.ts";
import { mcpPlugins } from "./mcp-servers.ts";
import { inspectionOf, storeOf, type StoreOptions } from "./store-of.ts";

/** The engine, as long as a command uses it. */
export interface Ice extends RunServices {
  readonly runtime: Runtime;
  /** How a server works. */
  readonly serve?: ServeConfig | undefined;
  /** Looks at a store in Postgres without creating anything. */
  readonly inspectStore?: (() => Promise<PostgresInspection>) | undefined;
}

/** What a command works with while the engine is up. */
export type IceContext<Own extends Flags = typeof commonFlags> = CommandContext<Own> & Ice;

/** How long a server stays with a run for a time that it waits for; it continues the run at that time anyway. */
const serverStaySeconds = 5;

/** Where runs are kept by default. */
const defaultStore = "sqlite:.ice/ice.db";

export interface StartOptions {
  /** The blueprint, which may name other files in its directory. */
  readonly file?: string | undefined;
  /** The command is about runs that exist, so no store is created. `runId`: the one run that it is about. */
  readonly existing?: { readonly runId: string | undefined } | undefined;
  /** The command is a server, which does not stay long with a run that waits for a time. */
  readonly serves?: boolean | undefined;
  /** How a store in Postgres is opened. */
  readonly opens?: StoreOptions | undefined;
  /** Others than the owner write blueprints. */
  readonly isShared?: boolean | undefined;
}

/**
 * Starts the engine with the configuration, lets a command use it, and stops it.
 *
 * @returns what `use` returns.
 * @throws IceError `ICE_FILE_NOT_FOUND`, `ICE_RUN_NOT_FOUND` when there is no store to read; see `loadConfiguration`.
 */
export async function withIce<Context extends CommandContext, Result>(
  context: Context,
  options: StartOptions,
  use: (context: Context & Ice) => Result | Promise<Result>,
): Promise<Result> {
  const { close, ...ice } = await startIce(context, options);
  try {
    return await use({ ...context, ...ice });
  } finally {
    await close();
  }
}

/** The composition root. */
async function startIce(
  { terminal: { cwd, env, stderr }, flags }: CommandContext,
  { file, existing, serves = false, isShared = false, opens }: StartOptions,
): Promise<Ice & { close(): Promise<void> }> {
  const { config: named, noConfig, store: given, tenant, quiet } = flags;
  const {
    allow,
    store: configured,
    plugins = [],
    models,
    mcp,
    limits = {},
    serve = {},
    staySeconds = serves ? serverStaySeconds : undefined,
    ...config
  } = noConfig ? {} : await loadConfiguration(cwd, named);
  const ambient = env["ICE_STORE"] || undefined;
  const url = storeIn(cwd, given ?? ambient ?? configured ?? defaultStore);
  const store = existing === undefined || exists(url) ? url : emptyStore(cwd, { url, given, ...existing });
  if (allow?.files !== undefined && !quiet)
    stderr.write("warning: `allow.files` in the configuration is deprecated: use `allow.read` and `allow.write`\n");
  const runtime = createRuntime();
  const by = "@ice/cli";
  const files = fileAccessOf(allow, {
    cwd,
    configuration: named,
    blueprint: file === "-" ? undefined : file,
    stores: [defaultStore, configured, ambient, given].flatMap((address) => pathOf(address ?? "") ?? []),
    isShared,
  });
  runtime.provide(FileAccess, files, { by });
  runtime.provide(BlueprintLoader, createBlueprintLoader({ files, limits, allowCode: allow?.code === true }), { by });
  runtime.provide(BlueprintReader, blueprintReader(limits), { by });
  const { close } = await initializeOrchestrator({
    ...config,
    runtime,
    tenant,
    staySeconds,
    host: {
      activeRuns: serve.limits?.activeRuns,
      onProblem: (error, run) => void stderr.write(`${problemLine(error, run)}\n`),
    },
    store: await storeOf(store, opens),
    limits,
    allow: { http: allow?.http },
    secrets: secretsIn(cwd, config.secrets),
    isShared,
    env,
    plugins: withBuiltIn([toolPack(), lazyModels({ ...models, env }), ...(await mcpPlugins(mcp, cwd, env))], plugins),
  });
  return { ...localServices(runtime, limits), runtime, serve, close, inspectStore: inspectionOf(store) };
}

/** Files of secrets are relative to the working directory. */
const secretsIn = (cwd: string, secrets: IceConfig["secrets"] = {}): IceConfig["secrets"] =>
  Object.fromEntries(
    Object.entries(secrets).map(([name, secret]) => [
      name,
      secret.file === undefined ? secret : { ...secret, file: resolve(cwd, secret.file) },
    ]),
  );

/** The owner's plugins. One with the name of a built-in one replaces it. */
function withBuiltIn(builtIn: readonly Plugin[], plugins: readonly Plugin[]): readonly Plugin[] {
  const names = new Set(plugins.map((plugin: Partial<Plugin> | null) => plugin?.name));
  return [...builtIn.filter(({ name }) => !names.has(name)), ...plugins];
}

const pathOf = (url: string): string | undefined => /^sqlite:(?<path>.+)$/.exec(url)?.groups?.["path"];

/** Only a file can be missing; everything else that is wrong with an address is reported when it is opened. */
function exists(url: string): boolean {
  const path = pathOf(url);
  return path === undefined || existsSync(path);
}

/** Without a store there are no runs. A store that was named, or the store of a run that was named, must exist. */
function emptyStore(
  cwd: string,
  { url, given, runId }: Record<"given" | "runId", string | undefined> & { readonly url: string },
): string {
  if (given !== undefined) throw missingStore(cwd, pathOf(given) ?? given);
  if (runId === undefined) return "memory:";
  throw new IceError("ICE_RUN_NOT_FOUND", `No run has the id "${runId}": there are no runs in ${pathOf(url) ?? url}.`, {
    fix: "change to the directory in which it was started, or name its store: --store sqlite:PATH",
    details: { runId },
  });
}

/** The path of a store is relative to the working directory. */
function storeIn(cwd: string, url: string): string {
  const path = pathOf(url);
  return path === undefined ? url : `sqlite:${resolve(cwd, path)}`;
}
