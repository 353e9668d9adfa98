// For workflows: a plugin
export { mcp } from "./mcp-plugin.ts";
export type { McpOptions, McpPluginOptions, McpServerOptions } from "./options/mcp-options.ts";
// For the owner: what is trusted
export { checkServer, listServers, trustServers, type ListedServer, type TrustedServer } from "./trust-servers.ts";
export type { SkippedTool } from "./pins/usable-tools.ts";
// What a configuration is checked with
export { mcpSchema } from "./options/mcp-schema.ts";
