// For workflows: a plugin
export { mcp } from "./mcp-plugin.ts";
export type { McpOptions, McpPluginOptions, McpServerOptions } from "./options/mcp-options.ts";
// For the owner: trusting and checking servers
export {
  checkServer,
  listServers,
  trustServers,
  type ListedServer,
  type TrustedServer,
  type TrustOptions,
} from "./trust-servers.ts";
export type { SkippedTool } from "./pins/usable-tools.ts";
// For a command line: the check of a configuration
export { checkMcp } from "./options/check-options.ts";
