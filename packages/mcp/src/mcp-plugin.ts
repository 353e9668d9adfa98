import { definePlugin, defineTool, SecretService, type JsonObject, type PluginHost } from "@ice/core";
import { serverSettings } from "./options/check-options.ts";
import type { McpPluginOptions } from "./options/mcp-options.ts";
import { readPins } from "./pins/pin-file.ts";
import type { PinnedTool } from "./pins/pinned-tool.ts";
import { enforced, toolName } from "./pins/usable-tools.ts";
import { untrusted } from "./results/mcp-error.ts";
import { contentSchema } from "./results/tool-output.ts";
import { connectionOptions } from "./servers/connection-options.ts";
import { McpServer } from "./servers/mcp-server.ts";

/**
 * Registers the tools of MCP servers that the owner has configured and trusted (`ice mcp trust`), as `ID.tool`. A server is started
 * at the first call of one of its tools.
 */
export const mcp = definePlugin<McpPluginOptions>({
  name: "@ice/mcp",
  apiVersion: 1,
  setup(host, options) {
    const { directory = process.cwd() } = options;
    const pins = readPins(directory);
    const { secrets = host.use(SecretService) } = options;
    const connectionsTo = connectionOptions({ ...options, secrets });
    const unknown = new Set<string>();
    for (const settings of serverSettings(options)) {
      const { id, idempotent } = settings;
      const pin = Object.hasOwn(pins, id) ? pins[id] : undefined;
      if (pin === undefined) {
        unknown.add(id);
        continue;
      }
      const server = new McpServer(connectionsTo(settings), pin.tools);
      host.onClose(() => server.close());
      for (const tool of pin.tools)
        register(host, toolName(id, tool.name), { tool, server, isIdempotent: idempotent.has(tool.name) });
    }
    host.explainMissingTools((name) => {
      const [server = ""] = name.split(".", 1);
      return unknown.has(server) && name.length > server.length ? untrusted(server) : undefined;
    });
  },
});

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
