import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { IceError, messageOf } from "@ice/core";
import type { OrchestratorOptions } from "@ice/orchestrator";
import { checkConfiguration } from "./check-configuration.ts";

/** What the owner of the process configures: `ice.config.ts`, or a plain object of the same shape. */
export interface IceConfig extends Pick<
  OrchestratorOptions,
  "plugins" | "tools" | "agents" | "channels" | "workflows" | "limits" | "sandbox"
> {
  /** Where runs are kept: `memory:` or `sqlite:PATH`. Default `sqlite:.ice/ice.db`. */
  readonly store?: string;
  /** What blueprints may reach. */
  readonly allow?: {
    /** Directories below which the file tools, and code with a grant, may read and write. Default: the working directory. */
    readonly files?: readonly string[];
    /** Whether networks and blueprints may name modules (`./module.ts#export`), which are then run. Default false. */
    readonly code?: boolean;
    /** Hosts that blueprints may grant to code. Default none. */
    readonly http?: readonly string[];
  };
}

/** Types the configuration; returns it as it is. */
export const defineConfig = (config: IceConfig): IceConfig => config;

const names = ["ice.config.ts", "ice.config.mjs", "ice.config.js"];

/**
 * The configuration of a directory; an empty one when it has none.
 *
 * @throws IceError `ICE_FILE_NOT_FOUND` for a file that was named, `ICE_USAGE` for one that is no configuration.
 */
export async function loadConfiguration(cwd: string, named: string | undefined): Promise<IceConfig> {
  const file =
    named === undefined
      ? names.map((name) => resolve(cwd, name)).find((path) => existsSync(path))
      : resolve(cwd, named);
  if (file === undefined) return {};
  if (!existsSync(file))
    throw new IceError("ICE_FILE_NOT_FOUND", `The configuration ${named} is not there.`, { fix: "check --config" });
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (cause) {
    throw new IceError("ICE_USAGE", `The configuration ${file} cannot be loaded: ${messageOf(cause)}`, {
      cause,
      fix: "run it with node to see the error",
    });
  }
  return checkConfiguration(module.default, file);
}
