import { BlueprintLoader, createRuntime, IceError, type Runtime } from "@ice/core";
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
  close(): Promise<void>;
}

/** Starts the engine as the configuration says: the composition root. `file`: the blueprint whose neighbours may be read too. */
export async function startIce(
  { cwd, env }: Terminal,
  { config: named, store }: CommonFlags,
  file?: string,
): Promise<Ice> {
  const { allow, store: configured, plugins = [], ...config } = await loadConfiguration(cwd, named);
  checkStore(store ?? configured ?? "memory:");
  const roots = [cwd, ...(file === undefined || file === "-" ? [] : [dirname(resolve(cwd, file))])];
  const runtime = createRuntime();
  runtime.provide(BlueprintLoader, createBlueprintLoader({ roots, ...(config.limits && { limits: config.limits }) }), {
    by: "@ice/cli",
  });
  const files = (allow?.files ?? [cwd]).map((directory) => resolve(cwd, directory));
  const sandbox = { allow: { files, http: allow?.http }, ...config.sandbox };
  return initializeOrchestrator({
    runtime,
    plugins: [toolPack({ roots: files }), ...plugins],
    ...config,
    sandbox,
    env,
  });
}

function checkStore(store: string): void {
  if (store !== "memory:")
    throw new IceError(
      "ICE_STORE_UNAVAILABLE",
      `The store "${store}" is not available: this version keeps runs in memory.`,
      {
        fix: "use --store memory:",
        details: { store },
      },
    );
}
