import { BlueprintLoader, createRuntime, type BlueprintLimits, type Runtime } from "@ice/core";
import { createBlueprintLoader } from "@ice/builder";
import { initializeOrchestrator } from "@ice/orchestrator";
import { toolPack } from "@ice/tools";
import { dirname, resolve } from "node:path";
import type { CommonFlags } from "./arguments.ts";
import { loadConfiguration } from "./configuration.ts";
import type { Terminal } from "./terminal.ts";

/** Everything a command needs of the engine. */
export interface Ice {
  readonly runtime: Runtime;
  /** The owner's limits on blueprints. */
  readonly limits: Partial<BlueprintLimits>;
  close(): Promise<void>;
}

/** Where runs are kept unless somebody says otherwise. */
const defaultStore = "sqlite:.ice/ice.db";

/** Starts the engine as the configuration says: the composition root. `file`: the blueprint whose neighbours may be read too. */
export async function startIce(
  { cwd, env }: Terminal,
  { config: named, store: given }: CommonFlags,
  file?: string,
): Promise<Ice> {
  const { allow, store: configured, plugins = [], limits = {}, ...config } = await loadConfiguration(cwd, named);
  const store = storeIn(cwd, given ?? configured ?? defaultStore);
  const roots = [cwd, ...(file === undefined || file === "-" ? [] : [dirname(resolve(cwd, file))])];
  const runtime = createRuntime();
  runtime.provide(BlueprintLoader, createBlueprintLoader({ roots, limits, allowCode: allow?.code === true }), {
    by: "@ice/cli",
  });
  const files = (allow?.files ?? [cwd]).map((directory) => resolve(cwd, directory));
  const sandbox = { allow: { files, http: allow?.http }, ...config.sandbox };
  const { close } = await initializeOrchestrator({
    ...config,
    runtime,
    store,
    limits,
    sandbox,
    env,
    plugins: [toolPack({ roots: files }), ...plugins],
  });
  return { runtime, limits, close };
}

/** The path of a store is relative to the working directory. */
function storeIn(cwd: string, url: string): string {
  const path = /^sqlite:(?<path>.+)$/.exec(url)?.groups?.["path"];
  return path === undefined ? url : `sqlite:${resolve(cwd, path)}`;
}
