import { defineCommand, type CommandContext } from "../args/command.ts";

import { verbOf } from "../args/verbs.ts";
import { serveClient } from "./mcp-server.ts";
import { mcpOptionsOf } from "../config/mcp-servers.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { interruptible } from "../terminal/interruptible.ts";
import { oneLine, shown, wholeLine } from "../terminal/printable.ts";

type Verb = (context: CommandContext, id: string | undefined) => Promise<number>;

const countOf = ({ length }: readonly unknown[]): string => `${length} ${length === 1 ? "tool" : "tools"}`;

const noServers = "no MCP servers are configured\n";

const list: Verb = async (context) => {
  const { listServers } = await import("@ice/mcp");
  const { terminal, flags, commandLine } = context;
  const servers = listServers(await mcpOptionsOf(context)).map(({ fix, ...server }) =>
    fix === undefined ? server : { ...server, fix: commandLine("mcp", "trust", server.id) },
  );
  if (flags.json) printJson(terminal, { servers });
  else if (servers.length === 0) terminal.stdout.write(noServers);
  else
    for (const server of servers) {
      const { id, at, tools } = server;
      const [about, fix] =
        "fix" in server
          ? ["not trusted", `  fix: ${server.fix}\n`]
          : [[countOf(tools), ...(tools.length > 0 ? [tools.join(", ")] : [])].join(": "), ""];
      terminal.stdout.write(`${shown(id)}  ${oneLine(at)}\n  ${oneLine(about)}\n${fix}`);
    }
  return exitCodes.completed;
};

const marks = { new: "+", changed: "~", same: " " } as const;

const trust: Verb = async (context, id) => {
  const { trustServers } = await import("@ice/mcp");
  const { terminal, flags } = context;
  const options = await mcpOptionsOf(context);
  const none = id === undefined && Object.keys(options.servers ?? {}).length === 0;
  const servers = none ? {} : await interruptible(terminal, (signal) => trustServers(options, { id, signal }));
  if (servers === undefined) return exitCodes.interrupted;
  if (flags.json) printJson(terminal, { servers });
  else if (none) terminal.stdout.write(noServers);
  else {
    for (const [server, { tools, removed, skipped }] of Object.entries(servers)) {
      // Models read descriptions to their end, so the owner can, too.
      const lines = [
        ...tools.map(({ name, description, change }) => wholeLine(`${marks[change]} ${name}: ${description}`)),
        ...removed.map((name) => oneLine(`- ${name}`)),
        ...skipped.map(({ tool, reason }) => oneLine(`! ${tool} is left out: ${reason}`)),
      ];
      terminal.stdout.write(`${shown(server)}: ${countOf(tools)}\n${lines.map((line) => `  ${line}\n`).join("")}`);
    }
    terminal.stdout.write("pinned in ice.mcp.json, with their schemas: read them there, and commit the file\n");
  }
  return exitCodes.completed;
};

const verbs: Readonly<Record<string, Verb>> = { list, trust };

export const mcpCommand = defineCommand({
  usage: ["mcp", "mcp list", "mcp trust [ID]"],
  summary:
    "Serve workflows to an MCP client, or list the MCP servers of the configuration and pin the tools that they offer",
  details:
    "Without a verb, ice is an MCP server over standard input and output: workflows of the configuration and of the store are its tools. It is started by an MCP client, and ends when standard input does.",
  maxOperands: 2,
  flags: {},
  examples: ["ice mcp", "ice mcp --tenant acme", "ice mcp list --json", "ice mcp trust files"],
  async execute(context) {
    const [name, id] = context.operands;
    if (name === undefined) return serveClient(context);
    return verbOf("mcp", verbs, name, "use list, trust [ID] or, for an MCP client, no verb")(context, id);
  },
});
