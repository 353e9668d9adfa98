import type { CommandLine } from "../args/command-line.ts";

/** What an error or an issue says to do. */
interface Advice {
  readonly code: string;
  readonly fix?: string | undefined;
  /** The run that it is about. */
  readonly runId?: unknown;
}

/** What the end of a fix becomes; undefined when the command needs something that is not known. */
type Command = (commandLine: CommandLine, advice: Advice) => string | undefined;

const kinds: Readonly<Record<"workflow" | "network", Command>> = {
  workflow: (commandLine) => `use ${commandLine("run", "FILE")} (ice validate, ice graph)`,
  network: (commandLine) => `use ${commandLine("network", "run", "FILE")} (ice network validate, ice network graph)`,
};

/** Ends of the engine's fixes, of one code or of any, and what they become: mostly commands. */
const commands: readonly (readonly [code: string | undefined, end: string, command: Command])[] = [
  [undefined, " with WorkflowExecutionService.list()", (commandLine) => `: ${commandLine("runs", "list")}`],
  [
    undefined,
    " with WorkflowExecutionService.show()",
    (commandLine, { runId }) => (typeof runId === "string" ? `: ${commandLine("runs", "show", runId)}` : undefined),
  ],
  [undefined, " with GET /v1/runs", (commandLine) => `: ${commandLine("runs", "list")}`],
  [undefined, " with GET /v1/tasks", (commandLine) => `: ${commandLine("runs", "list", "--status", "suspended")}`],
  [undefined, " with AccessTokens.list()", (commandLine) => `: ${commandLine("tokens", "list")}`],
  ["ICE_TOOL_ARGS", " that the tool declares", (commandLine) => ` that it declares: ${commandLine("tools", "list")}`],
  ["ICE_USAGE", "use memory: or sqlite:PATH", () => "use memory:, sqlite:PATH or postgres://HOST/DATABASE"],
  ["ICE_SCHEMA_VERSION", "run it as a workflow", kinds.workflow],
  ["ICE_SCHEMA_VERSION", "run it as a network", kinds.network],
];

/** Fixes of errors that only `--api` meets. */
const atServers: Readonly<Record<string, Command>> = {
  ICE_AUTH_REQUIRED: (commandLine) =>
    `set ICE_TOKEN to an access token; where the server of --api runs: ${newToken(commandLine)}`,
  ICE_AUTH_INVALID: (commandLine) =>
    `set ICE_TOKEN to a valid access token; where the server of --api runs: ${newToken(commandLine)}`,
  ICE_SERVER_UNREACHABLE: () => "check the address of --api, and whether `ice serve` runs there",
  ICE_ANSWER_INVALID: () => "check the address of --api: something else than `ice serve` answers there",
};

const newToken = (commandLine: CommandLine): string =>
  commandLine("tokens", "create", "NAME", "--scope", "read", "--scope", "run");

/** A command at the end of a fix of the command line itself, or of `@ice/mcp`. */
const namedCommand = /\bice (?<words>runs list|doctor|mcp trust(?: [a-z][a-z0-9_-]*)?)$/;

/**
 * A fix whose commands can be pasted. The engine does not know the command line: what its fix names becomes a command. Commands get
 * the store and the configuration of this command line.
 */
export function fixWithCommands(advice: Advice, commandLine: CommandLine): string | undefined {
  const { code, fix } = advice;
  const server = Object.hasOwn(atServers, code) ? atServers[code]?.(commandLine, advice) : undefined;
  if (server !== undefined) return server;
  if (fix === undefined) return undefined;
  const found = commands.find(([of, end]) => (of ?? code) === code && fix.endsWith(end));
  if (found === undefined) return fix.replace(namedCommand, (_, words: string) => commandLine(...words.split(" ")));
  const [, end, command] = found;
  return fix.slice(0, fix.length - end.length) + (command(commandLine, advice) ?? end);
}
