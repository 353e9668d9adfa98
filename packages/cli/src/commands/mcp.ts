import { defineCommand, type CommandContext } from "../args/command.ts";
import { verbOf } from "../args/verbs.ts";
import { mcpOptionsOf } from "../config/mcp-servers.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { oneLine, shown } from "../terminal/printable.ts";

type Verb = (context: CommandContext, id: string | undefined) => Promise<number>;

const countOf = ({ length }: readonly unknown[]): string => `${length} ${length === 1 ? "tool" : "tools"}`;

const list: Verb = async (context) => {
  const { listServers } = await import("@ice/mcp");
  const servers = listServers(await mcpOptionsOf(context));
  const { terminal, flags, commandLine } = context;
  if (flags.json) printJson(terminal, { servers });
  else if (servers.length === 0) terminal.stdout.write("no MCP servers are configured\n");
  else
    for (const { id, at, trusted, tools } of servers) {
      const about = trusted ? `${countOf(tools)}: ${tools.join(", ")}` : "not trusted";
      terminal.stdout.write(`${shown(id)}  ${oneLine(at)}\n  ${oneLine(about)}\n`);
      if (!trusted) terminal.stdout.write(`  fix: ${commandLine("mcp", "trust", id)}\n`);
    }
  return exitCodes.completed;
};

const marks = { new: "+", changed: "~", same: " " } as const;

const trust: Verb = async (context, id) => {
  const { trustServers } = await import("@ice/mcp");
  const servers = await trustServers(await mcpOptionsOf(context), id);
  const { terminal, flags } = context;
  if (flags.json) printJson(terminal, { servers });
  else {
    for (const [server, { tools, removed, skipped }] of Object.entries(servers)) {
      const lines = [
        ...tools.map(({ name, description, change }) => `${marks[change]} ${name}: ${description}`),
        ...removed.map((name) => `- ${name}`),
        ...skipped.map(({ tool, reason }) => `! ${tool} is left out: ${reason}`),
      ];
      terminal.stdout.write(
        `${shown(server)}: ${countOf(tools)}\n${lines.map((line) => `  ${oneLine(line)}\n`).join("")}`,
      );
    }
    terminal.stdout.write("pinned in ice.mcp.json; commit it\n");
  }
  return exitCodes.completed;
};

const verbs: Readonly<Record<string, Verb>> = { list, trust };

export const mcpCommand = defineCommand({
  usage: ["mcp list", "mcp trust [ID]"],
  summary: "List the MCP servers of the configuration, or start them and pin the tools that they offer",
  maxOperands: 2,
  flags: {},
  examples: ["ice mcp list --json", "ice mcp trust files"],
  async execute(context) {
    const [name = "list", id] = context.operands;
    return verbOf("mcp", verbs, name, "use list or trust [ID]")(context, id);
  },
});
