import type { ModelsOptions } from "@ice/llm";
import type { McpOptions } from "@ice/mcp";
import type { OrchestratorOptions } from "@ice/orchestrator";
import type { ServeConfig } from "./serve-config.ts";

/** The configuration of the owner of the process: what `ice.config.ts` exports. */
export interface IceConfig extends Pick<
  OrchestratorOptions,
  | "plugins"
  | "tools"
  | "agents"
  | "channels"
  | "workflows"
  | "limits"
  | "staySeconds"
  | "schedules"
  | "sandbox"
  | "secrets"
> {
  /** Which models workflows may use. Default: those whose key is in the environment, and `mock/…`. */
  readonly models?: ModelsOptions;
  /** Where runs are kept: `memory:`, `sqlite:PATH` or `postgres://USER@HOST/DATABASE?schema=ice`. Default `sqlite:.ice/ice.db`. */
  readonly store?: string;
  /** MCP servers whose tools workflows may call, once they are trusted: `ice mcp trust`. */
  readonly mcp?: McpOptions;
  /** How `ice serve` and `ice mcp` work. */
  readonly serve?: ServeConfig;
  /** What blueprints may reach. */
  readonly allow?: {
    /** Directories below which tools, and code with a grant, may read files. Default: the working directory. */
    readonly read?: readonly string[];
    /** Directories below which they may write files. Default: `out` in the working directory. */
    readonly write?: readonly string[];
    /** Largest file in bytes, read or written. Default 16 MiB. */
    readonly maxFileBytes?: number;
    /** @deprecated Use `read` and `write`; it means both. Relative paths then start in the first of these directories. */
    readonly files?: readonly string[];
    /** Whether networks and blueprints may name modules (`./module.ts#export`), which are then run. Default false. */
    readonly code?: boolean;
    /**
     * Hosts that `http_request` may ask, and that blueprints may grant to code: `host`, `*.host` (public addresses, ports 80 and
     * 443), `host:port` (exactly that, also a private one). Default none.
     */
    readonly http?: readonly string[];
  };
}

/** Types the configuration; returns it as it is. */
export const defineConfig = (config: IceConfig): IceConfig => config;
