import type { Plugin } from "@ice/core";
import { createSecretService } from "@ice/host";
import type { McpPluginOptions } from "@ice/mcp";
import type { CommandContext } from "../args/command.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { loadConfiguration } from "./configuration.ts";
import type { IceConfig } from "./ice-config.ts";

/** The plugin for the MCP servers of a configuration; none, and nothing of it is loaded, without servers. */
export async function mcpPlugins(
  { servers = {} }: NonNullable<IceConfig["mcp"]> = {},
  directory: string,
  env: Terminal["env"],
): Promise<readonly Plugin[]> {
  if (Object.keys(servers).length === 0) return [];
  const { mcp } = await import("@ice/mcp");
  return [mcp({ servers, directory, env })];
}

/** What the MCP servers of the configuration are reached with, where there is no engine. */
export async function mcpOptionsOf({ terminal, flags }: CommandContext): Promise<McpPluginOptions> {
  const { cwd: directory, env } = terminal;
  const { mcp, secrets } = flags.noConfig ? {} : await loadConfiguration(directory, flags.config);
  return { ...mcp, directory, env, secrets: createSecretService({ secrets, env, directory }) };
}
