import type { Readable } from "node:stream";
import { accessScopes, RunHost, Tenants, type Runtime } from "@ice/core";
import { defaultTenant } from "@ice/core/internal";
import { defaultApiLimits, type McpServerOptions } from "../options/api-options.ts";
import { firstLineOf } from "../problem/problem.ts";
import { OpenCalls } from "./open-calls.ts";

/** Options of `serveMcp`. */
export interface McpStreamOptions extends McpServerOptions {
  /** Lines with messages of the client. */
  readonly input: Readable;
  /** Writes lines for the client. */
  readonly write: (text: string) => void;
  /** Whose workflows and runs these are. Default: `default`. */
  readonly tenant?: string | undefined;
  /** Who starts the runs. Default `mcp`. */
  readonly name?: string | undefined;
  /** Of the server. Default `0.0.0`. */
  readonly version?: string | undefined;
  /** Called with one line for each failure that the client learns nothing about. Default `console.error`. */
  readonly report?: ((line: string) => void) | undefined;
}

/** A connection with an MCP client. */
export interface McpConnection {
  /** Resolves when the input has ended, and every call with it. */
  readonly ended: Promise<void>;
  /** Ends the connection at once. Calls in progress are cancelled. */
  close(): Promise<void>;
}

/** Bytes of a message. */
const maxMessageBytes = 10 * 1024 * 1024;

/**
 * Serves the workflows of a runtime to one MCP client, over streams.
 *
 * @param runtime - of an orchestrator that has started.
 * @throws IceError `ICE_SERVICE_MISSING`, `ICE_TOOL_UNKNOWN` (one of `tools`), `ICE_USAGE` (the name of a tenant).
 */
export async function serveMcp(
  runtime: Runtime,
  {
    input,
    write,
    tools = [],
    tenant = defaultTenant,
    name = "mcp",
    version = "0.0.0",
    report = (line) => console.error(line),
  }: McpStreamOptions,
): Promise<McpConnection> {
  for (const tool of tools) runtime.tools.require(tool);
  const calls = new OpenCalls({ all: defaultApiLimits.streams, perCaller: defaultApiLimits.streams });
  const context = {
    runtime,
    host: runtime.use(RunHost),
    tenant: runtime.use(Tenants).of(tenant),
    principal: { name, tenant, scopes: accessScopes, expiresAt: null },
    tools,
    calls,
    caller: name,
    outlivesConnection: false,
    version,
    report,
  };
  const { serveStdio } = await import("@modelcontextprotocol/server/stdio");
  const { createMcpServer } = await import("./create-mcp-server.ts");
  const { StreamTransport } = await import("./stream-transport.ts");
  const transport = new StreamTransport(input, write, { maxBytes: maxMessageBytes });
  const served = serveStdio(() => createMcpServer(context), {
    transport,
    maxSubscriptions: 0,
    onerror: (error) => report(`ice: MCP: ${firstLineOf(error)}`),
  });
  const closed = new Promise<void>((resolve) => {
    const { onclose } = transport;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it is no EventTarget
    transport.onclose = () => {
      onclose?.();
      resolve();
    };
  });
  return {
    ended: closed.then(() => calls.whenIdle()),
    async close() {
      await served.close();
      await calls.whenIdle();
    },
  };
}
