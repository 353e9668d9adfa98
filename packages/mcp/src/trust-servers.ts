import { IceError } from "@ice/core";
import { didYouMean, hideCredentials } from "@ice/core/internal";
import { serverSettings, type ServerSettings } from "./options/check-options.ts";
import type { McpPluginOptions } from "./options/mcp-options.ts";
import { readPins, writePins, type Pins } from "./pins/pin-file.ts";
import { pinned, type PinnedServer } from "./pins/pinned-tool.ts";
import { toolName, usableTools, type SkippedTool } from "./pins/usable-tools.ts";
import { untrusted } from "./results/mcp-error.ts";
import { Connection, type ConnectionOptions } from "./servers/connection.ts";
import { connectionOptions } from "./servers/connection-options.ts";
import { McpServer } from "./servers/mcp-server.ts";

/** The tools of a server that is now trusted. */
export interface TrustedServer {
  /** Its pinned tools, under the names that workflows use. */
  readonly tools: readonly {
    readonly name: string;
    readonly description: string;
    readonly change: "new" | "changed" | "same";
  }[];
  /** Names that are no longer available to workflows. */
  readonly removed: readonly string[];
  /** Tools that are not pinned. */
  readonly skipped: readonly SkippedTool[];
}

/** Which servers are trusted. */
export interface TrustOptions {
  /** Id of one server. Default: all. */
  readonly id?: string | undefined;
  /** Ends the servers that were started. Then nothing is written. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts servers, and pins their tools in `ice.mcp.json`. With `id`, the pins of the other configured servers stay. A damaged file is
 * replaced when all servers are pinned.
 *
 * @throws IceError `ICE_USAGE` for an id that is not configured; `ICE_MCP_UNTRUSTED` with `id` and a damaged file; `ICE_FILE_DENIED`
 * if the file cannot be written; what connecting throws. Then nothing is written.
 */
export async function trustServers(
  options: McpPluginOptions,
  { id, signal = neverAborted() }: TrustOptions = {},
): Promise<Readonly<Record<string, TrustedServer>>> {
  const { directory = process.cwd() } = options;
  const all = serverSettings(options);
  const chosen = id === undefined ? all : [requireServer(all, id)];
  const before = id === undefined ? readablePins(directory) : readPins(directory);
  const configured = new Set(all.map((server) => server.id));
  const pins = new Map([...before].filter(([server]) => configured.has(server)));
  const connectionsTo = connectionOptions(options);
  const trusted: [string, TrustedServer][] = [];
  for (const settings of chosen) {
    const { pin, skipped } = await offerOf(connectionsTo(settings), signal);
    pins.set(settings.id, pin);
    trusted.push([settings.id, { ...comparison(settings.id, before.get(settings.id), pin), skipped }]);
  }
  signal.throwIfAborted();
  await writePins(directory, pins);
  return Object.fromEntries(trusted);
}

const neverAborted = (): AbortSignal => new AbortController().signal;

function requireServer(all: readonly ServerSettings[], id: string): ServerSettings {
  const ids = all.map((server) => server.id);
  const found = all.find((server) => server.id === id);
  if (found !== undefined) return found;
  throw new IceError("ICE_USAGE", `There is no MCP server "${id}" in the configuration.`, {
    fix: didYouMean(id, ids) || `configure mcp.servers.${id}`,
  });
}

/** The pins as they were; none of a damaged file. */
function readablePins(directory: string): Pins {
  try {
    return readPins(directory);
  } catch {
    return new Map(); // it is replaced as a whole
  }
}

/** What a server offers now. */
async function offerOf(
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<{ readonly pin: PinnedServer; readonly skipped: readonly SkippedTool[] }> {
  const connection = await Connection.open(options, signal);
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
  /** Its command with arguments, or its address; without passwords and keys in addresses. */
  readonly at: string;
  readonly trusted: boolean;
  /** Its pinned tools, under the names that workflows use. */
  readonly tools: readonly string[];
  /** How to trust it; undefined if it is trusted. */
  readonly fix?: string | undefined;
}

/** The configured servers and their pinned tools. @throws IceError `ICE_USAGE`, `ICE_MCP_UNTRUSTED` for a damaged file of pins. */
export function listServers(options: McpPluginOptions): readonly ListedServer[] {
  const pins = readPins(options.directory ?? process.cwd());
  return serverSettings(options).map(({ id, at }) => {
    const pin = pins.get(id);
    const address = hideCredentials("url" in at ? at.url : [at.command, ...at.args].join(" "));
    const tools = (pin?.tools ?? []).map(({ name }) => toolName(id, name));
    const fix = pin === undefined ? untrusted(id).fix : undefined;
    return { id, at: address, trusted: pin !== undefined, tools, fix };
  });
}

/**
 * Starts a trusted server and compares its tools with those that are pinned.
 *
 * @returns the number of pinned tools.
 * @throws IceError `ICE_USAGE` for an id that is not configured, `ICE_MCP_UNTRUSTED`, `ICE_MCP_CHANGED`, `ICE_MCP_UNAVAILABLE`,
 * `ICE_MCP_LIMIT`, `ICE_SECRET_UNKNOWN`; the reason of the signal.
 */
export async function checkServer(
  options: McpPluginOptions,
  id: string,
  { signal = neverAborted() }: Pick<TrustOptions, "signal"> = {},
): Promise<number> {
  const settings = requireServer(serverSettings(options), id);
  const pin = readPins(options.directory ?? process.cwd()).get(id);
  if (pin === undefined) throw untrusted(id);
  const server = new McpServer(connectionOptions(options)(settings), pin.tools);
  try {
    await server.check(signal);
    return pin.tools.length;
  } finally {
    await server.close();
  }
}
