import type { Principal, RunHost, Runtime, TenantServices } from "@ice/core";
import type { OpenCalls } from "./open-calls.ts";

/** What the tools of one caller are listed and called with. */
export interface McpContext {
  readonly runtime: Runtime;
  readonly host: RunHost;
  readonly tenant: TenantServices;
  readonly principal: Principal;
  /** Names of tools that are offered besides the workflows. */
  readonly tools: readonly string[];
  readonly calls: OpenCalls;
  /** Whose calls these are: a request to cancel reaches no others. */
  readonly caller: string;
  /**
   * Whether the end of the connection is no request to cancel: so it is in the protocol up to 2025-11-25 over HTTP. The run goes on
   * then, and other routes show it.
   */
  readonly outlivesConnection: boolean;
  /** Of the server. */
  readonly version: string;
  /** Called with one line for each failure that callers learn nothing about. */
  readonly report: (line: string) => void;
}
