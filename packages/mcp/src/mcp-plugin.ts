import { definePlugin, defineTool, IceError, SecretService, type JsonObject, type PluginHost } from "@ice/core";
import { serverSettings } from "./options/check-options.ts";
import type { McpPluginOptions } from "./options/mcp-options.ts";
import { readPins, type Pins } from "./pins/pin-file.ts";
import type { PinnedServer, PinnedTool } from "./pins/pinned-tool.ts";
import { enforced, problemOf, toolName } from "./pins/usable-tools.ts";
import { unusable, untrusted } from "./results/mcp-error.ts";
import { contentSchema } from "./results/tool-output.ts";
import { connectionOptions } from "./servers/connection-options.ts";
import { McpServer } from "./servers/mcp-server.ts";

/**
 * Registers the tools of MCP servers that the owner has configured and trusted (`ice mcp trust`), as `ID.tool`. A server is started
 * at the first call of one of its tools. Where pins are missing or damaged, only what names such a tool fails, with
 * `ICE_MCP_UNTRUSTED`.
 */
export const mcp = definePlugin<McpPluginOptions>({
  name: "@ice/mcp",
  apiVersion: 1,
  setup(host, options) {
    const { directory = process.cwd() } = options;
    const pins = pinsOrError(directory);
    const { secrets = host.use(SecretService) } = options;
    const connectionsTo = connectionOptions({ ...options, secrets });
    const withoutTools = new Map<string, IceError>();
    for (const settings of serverSettings(options)) {
      const { id, idempotent } = settings;
      const pin = pinOrError(pins, id);
      if (IceError.is(pin)) {
        withoutTools.set(id, pin);
        continue;
      }
      const server = new McpServer(connectionsTo(settings), pin.tools);
      host.onClose(() => server.close());
      for (const tool of pin.tools)
        register(host, toolName(id, tool.name), { tool, server, isIdempotent: idempotent.has(tool.name) });
    }
    host.explainMissingTools((name) => withoutTools.get(name.slice(0, Math.max(0, name.indexOf(".")))));
  },
});

function pinsOrError(directory: string): Pins | IceError {
  try {
    return readPins(directory);
  } catch (error) {
    if (IceError.is(error)) return error;
    throw error;
  }
}

/** The pinned tools of a server, or why it has none that can be used. */
function pinOrError(pins: Pins | IceError, id: string): PinnedServer | IceError {
  if (IceError.is(pins)) return pins;
  const pin = pins.get(id);
  if (pin === undefined) return untrusted(id);
  // Another version of ice may have enforced other schemas.
  for (const tool of pin.tools) {
    const problem = problemOf(id, tool);
    if (problem !== undefined) return unusable(id, tool.name, problem);
  }
  return pin;
}

function register(
  host: PluginHost,
  name: string,
  {
    tool,
    server,
    isIdempotent,
  }: { readonly tool: PinnedTool; readonly server: McpServer; readonly isIdempotent: boolean },
): void {
  const { description, inputSchema, outputSchema } = tool;
  host.registerTool(
    defineTool({
      name,
      description,
      args: enforced(inputSchema),
      output: outputSchema === undefined ? contentSchema : enforced(outputSchema),
      sideEffects: isIdempotent ? "idempotent" : "external",
      run: (args: JsonObject, context) => server.call(tool, args, context),
    }),
  );
}
