import type { ApiLimits, McpServerOptions, ServerLimits } from "@ice/api";

/** Bounds of a server. */
export interface ServeLimits extends ApiLimits, ServerLimits {
  /** Runs in progress in the server, suspended ones aside. Default 1,000. */
  readonly activeRuns: number;
}

/** How `ice serve` and `ice mcp` work. */
export interface ServeConfig {
  /** Bounds; each has a default. */
  readonly limits?: Partial<ServeLimits>;
  /** What MCP clients may do. */
  readonly mcp?: McpServerOptions;
}
