// The API of a runtime
export { createApi, type Api } from "./create-api.ts";
export type { DevBlueprint, DevFile, DevFiles } from "./options/dev-files.ts";
export type { ApiLimits, ApiOptions, McpServerOptions, RequestEnv } from "./options/api-options.ts";
export { problemSchema, type Problem } from "./problem/problem.ts";
// The server
export { startServer, type RunningServer, type ServerLimits, type ServerOptions } from "./server/start-server.ts";
// MCP over streams
export { serveMcp, type McpConnection, type McpStreamOptions } from "./mcp/serve-mcp.ts";
