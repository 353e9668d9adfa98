import { IceError } from "@ice/core";
import { placed, problemsOf, type Keys } from "@ice/core/internal";
import { defaults, type McpOptions, type McpServerOptions } from "./mcp-options.ts";
import { mcpSchema } from "./mcp-schema.ts";

/** The settings of a server, with defaults: one kind of address, and every bound. */
export interface ServerSettings {
  readonly id: string;
  readonly at: CommandAddress | HttpAddress;
  readonly timeoutMs: number;
  readonly connectMs: number;
  readonly maxResultBytes: number;
  readonly idempotent: ReadonlySet<string>;
}

export interface CommandAddress {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
}

interface HttpAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const idPattern = /^[a-z][a-z0-9_-]{0,31}$/;

/** `fetch` of Node ends a request after 300 s without an answer. */
const maxHttpSeconds = 300;

/** Checks `mcp` of a configuration. @throws IceError `ICE_USAGE` naming the field, with a fix. */
export function checkMcp(options: McpOptions): void {
  checkFields(options);
  serverSettings(options);
}

/**
 * The servers of a configuration, checked.
 *
 * @throws IceError `ICE_USAGE` naming the field, with a fix.
 */
export function serverSettings({ servers = {} }: McpOptions): readonly ServerSettings[] {
  checkFields({ servers });
  return Object.entries(servers).map(([id, server]) => settingsOf(id, server));
}

function checkFields(options: McpOptions): void {
  const { error } = mcpSchema.safeParse(options);
  if (error === undefined) return;
  const [problem] = problemsOf(error, mcpSchema, options);
  const { keys, message, fix } = problem!; // an error has at least one
  throw refuse(keys, message, fix ?? "see the fields of a server in docs/guide/mcp.md");
}

function settingsOf(id: string, server: McpServerOptions): ServerSettings {
  const keys = ["servers", id];
  if (!idPattern.test(id))
    throw refuse(
      keys,
      "is not a valid id",
      "use up to 32 lower-case letters, digits, `_` and `-`, beginning with a letter",
    );
  const { timeoutSeconds = defaults.timeoutSeconds, connectSeconds = defaults.connectSeconds } = server;
  const { maxResultBytes = defaults.maxResultBytes, idempotent = [] } = server;
  const at = addressOf(keys, server);
  if ("url" in at && Math.max(timeoutSeconds, connectSeconds) > maxHttpSeconds)
    throw refuse(
      keys,
      `has a time limit above ${maxHttpSeconds} s, the maximum over HTTP`,
      "lower `timeoutSeconds` and `connectSeconds`",
    );
  const bounds = { timeoutMs: 1000 * timeoutSeconds, connectMs: 1000 * connectSeconds, maxResultBytes };
  return { id, at, ...bounds, idempotent: new Set(idempotent) };
}

function addressOf(keys: Keys, server: McpServerOptions): CommandAddress | HttpAddress {
  const { command, args = [], env = {}, cwd, url, headers = {} } = server;
  if ((command === undefined) === (url === undefined))
    throw refuse(
      keys,
      command === undefined ? "has no address" : "has two addresses",
      "give either `command` (and `args`) or `url`",
    );
  const [kind, others] = url === undefined ? ["command", ["headers"]] : ["url", ["args", "env", "cwd"]];
  const other = others.find((name) => server[name as keyof McpServerOptions] !== undefined);
  if (other !== undefined) throw refuse([...keys, other], `does not belong to a server with \`${kind}\``, "remove it");
  if (url === undefined) return { command: command!, args, env, cwd }; // exactly one is given
  if (/^https?:\/\/[^/?#]*@/.test(url))
    throw refuse([...keys, "url"], "holds a password", "send it in `headers`, as `secret://NAME`");
  return { url, headers };
}

const refuse = (keys: Keys, message: string, fix: string): IceError =>
  new IceError("ICE_USAGE", `${placed("mcp", keys, message)}.`, { fix });
