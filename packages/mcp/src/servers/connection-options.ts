import { createSecretService } from "@ice/host";
import type { ServerSettings } from "../options/check-options.ts";
import type { McpPluginOptions } from "../options/mcp-options.ts";
import type { ConnectionOptions } from "./connection.ts";

/** What connections to the servers of one configuration have in common. */
export function connectionOptions(options: McpPluginOptions): (settings: ServerSettings) => ConnectionOptions {
  const { directory = process.cwd(), env = process.env } = options;
  const { secrets = createSecretService({ env, directory }) } = options;
  return (settings) => ({ settings, directory, env, secrets });
}
