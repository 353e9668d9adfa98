import { IceError } from "@ice/core";
import { didYouMean } from "@ice/core/internal";
import { serverSettings } from "./options/check-options.ts";
import type { McpPluginOptions } from "./options/mcp-options.ts";
import { readPins, writePins, type Pins } from "./pins/pin-file.ts";
import { pinned, type PinnedServer } from "./pins/pinned-tool.ts";
import { toolName, usableTools, type SkippedTool } from "./pins/usable-tools.ts";
import { untrusted } from "./results/mcp-error.ts";
import { Connection, type ConnectionOptions } from "./servers/connection.ts";
import { connectionOptions } from "./servers/connection-options.ts";
import { McpServer } from "./servers/mcp-server.ts";

/** What a server offers, now that it is trusted. */
export interface TrustedServer {
  /** Tools by the names that workflows use. */
  readonly tools: readonly {
    readonly name: string;
    readonly description: string;
    readonly change: "new" | "changed" | "same";
  }[];
  /** Names that workflows could use before. */
  readonly removed: readonly string[];
  /** What is not pinned. */
  readonly skipped: readonly SkippedTool[];
}

/**
 * Starts servers, and pins their tools in `ice.mcp.json`. Those of other servers stay, unless they are not configured any more.
 *
 * @param id - one server. Default: all.
 * @throws IceError `ICE_USAGE` for an id that is not configured, and what connecting throws; then nothing is written.
 */
export async function trustServers(
  options: McpPluginOptions,
  id?: string,
): Promise<Readonly<Record<string, TrustedServer>>> {
  const { directory = process.cwd() } = options;
  const all = serverSettings(options);
  const chosen = id === undefined ? all : all.filter((server) => server.id === id);
  if (chosen.length === 0 && id !== undefined)
    throw new IceError("ICE_USAGE", `There is no MCP server "${id}" in the configuration.`, {
      fix:
        didYouMean(
          id,
          all.map((server) => server.id),
        ) || `configure mcp.servers.${id}`,
    });
  const before = readable(directory, id === undefined);
  const connectionsTo = connectionOptions(options);
  const pins: [string, PinnedServer][] = [];
  const trusted: [string, TrustedServer][] = [];
  for (const settings of chosen) {
    const { pin, skipped } = await lookAt(connectionsTo(settings));
    pins.push([settings.id, pin]);
    trusted.push([settings.id, { ...comparison(settings.id, before[settings.id], pin), skipped }]);
  }
  const configured = new Set(all.map((server) => server.id));
  const others = Object.entries(before).filter(([server]) => configured.has(server));
  await writePins(directory, Object.fromEntries([...others, ...pins]));
  return Object.fromEntries(trusted);
}

/** A damaged file is replaced as a whole, not in part. */
function readable(directory: string, isReplaced: boolean): Pins {
  try {
    return readPins(directory);
  } catch (error) {
    if (isReplaced && IceError.is(error)) return {};
    throw error;
  }
}

async function lookAt(
  options: ConnectionOptions,
): Promise<{ readonly pin: PinnedServer; readonly skipped: readonly SkippedTool[] }> {
  const connection = await Connection.open(options);
  try {
    const { usable, skipped } = usableTools(options.settings.id, connection.tools);
    return { pin: { protocol: connection.protocol, tools: usable.map(pinned) }, skipped };
  } finally {
    await connection.close();
  }
}

function comparison(
  id: string,
  before: PinnedServer | undefined,
  { tools }: PinnedServer,
): Omit<TrustedServer, "skipped"> {
  const old = new Map((before?.tools ?? []).map((tool) => [tool.name, tool.sha256]));
  const changeOf = (name: string, sha256: string) =>
    !old.has(name) ? "new" : old.get(name) === sha256 ? "same" : "changed";
  const names = new Set(tools.map(({ name }) => name));
  return {
    tools: tools.map(({ name, description, sha256 }) => ({
      name: toolName(id, name),
      description,
      change: changeOf(name, sha256),
    })),
    removed: [...old.keys()].filter((name) => !names.has(name)).map((name) => toolName(id, name)),
  };
}

/** A configured server, as far as it is known without starting it. */
export interface ListedServer {
  readonly id: string;
  /** Its command or address. */
  readonly at: string;
  readonly trusted: boolean;
  /** Tools by the names that workflows use. */
  readonly tools: readonly string[];
  /** What to do when it is not trusted. */
  readonly fix?: string;
}

/** The configured servers and their pinned tools. @throws IceError `ICE_USAGE`, `ICE_MCP_UNTRUSTED` for a damaged file of pins. */
export function listServers(options: McpPluginOptions): readonly ListedServer[] {
  const pins = readPins(options.directory ?? process.cwd());
  return serverSettings(options).map(({ id, at }) => {
    const tools = (Object.hasOwn(pins, id) ? pins[id]!.tools : []).map(({ name }) => toolName(id, name));
    const trusted = Object.hasOwn(pins, id);
    const address = "url" in at ? at.url : [at.command, ...at.args].join(" ");
    return { id, at: address, trusted, tools, ...(!trusted && { fix: `ice mcp trust ${id}` }) };
  });
}

/**
 * Starts a trusted server and compares its tools with those that are pinned.
 *
 * @returns how many are pinned.
 * @throws IceError `ICE_MCP_UNTRUSTED`, `ICE_MCP_CHANGED`, `ICE_MCP_UNAVAILABLE`, `ICE_MCP_LIMIT`, `ICE_SECRET_UNKNOWN`.
 */
export async function checkServer(options: McpPluginOptions, id: string): Promise<number> {
  const settings = serverSettings(options).find((server) => server.id === id);
  const pin = readPins(options.directory ?? process.cwd())[id];
  if (settings === undefined || pin === undefined) throw untrusted(id);
  const server = new McpServer(connectionOptions(options)(settings), pin.tools);
  try {
    await server.check();
    return pin.tools.length;
  } finally {
    await server.close();
  }
}
