import type { AccessTokens, BlueprintReader, RunHost, Runtime, Tenants } from "@ice/core";
import type { EventStreams } from "../events/event-streams.ts";
import type { McpEndpoint } from "../mcp/mcp-endpoint.ts";
import type { ApiMetrics } from "../metrics/api-metrics.ts";
import type { ApiLimits } from "../options/api-options.ts";
import type { DevFiles } from "../options/dev-files.ts";
import type { Authentication } from "../request/authenticate.ts";
import type { Sessions } from "../request/sessions.ts";

/** What routes use. */
export interface Services {
  readonly runtime: Runtime;
  readonly tenants: Tenants;
  readonly tokens: AccessTokens;
  readonly authentication: Authentication;
  readonly sessions: Sessions;
  readonly host: RunHost;
  /** Absent where no text of blueprints can be read. */
  readonly reader: BlueprintReader | undefined;
  readonly streams: EventStreams;
  readonly metrics: ApiMetrics;
  readonly mcp: McpEndpoint;
  /** Names of the tools that MCP offers besides the workflows. */
  readonly mcpTools: readonly string[];
  /** Only of `ice dev`. */
  readonly dev: DevFiles | undefined;
  /** Aborted when the streams end: what waits then answers at once. */
  readonly ending: AbortSignal;
  readonly limits: ApiLimits;
  /** Of the server. */
  readonly version: string;
  /** See `ApiOptions`. */
  readonly storeAddress: string | undefined;
  /** See `ApiOptions`. */
  readonly report: (line: string) => void;
  /** Epoch milliseconds. */
  now(): number;
  /** The OpenAPI document as JSON, and its entity tag. */
  openApi(): { readonly text: string; readonly tag: string };
}
