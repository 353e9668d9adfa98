import { blueprintJsonSchema, IceError, nodeJsonSchema, ToolExecutionService, type NodeDefinition } from "@ice/core";
import type { Arguments } from "../arguments.ts";
import { printJson, type Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { startIce, type Ice } from "../start-ice.ts";
import { oneLine, shown } from "../terminal/printable.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Starts the engine only to look into its registries. */
async function look(args: Arguments, terminal: Terminal, show: (ice: Ice) => void): Promise<number> {
  const ice = await startIce(terminal, args.flags);
  try {
    show(ice);
    return exitCodes.completed;
  } finally {
    await ice.close();
  }
}

const table = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${shown(name).padEnd(width)}  ${oneLine(text)}\n`).join("");
};

export const nodesCommand: Command = {
  usage: "nodes list | nodes show TYPE",
  summary: "Lists the node types, or shows one with its fields.",
  operands: 2,
  options: {},
  flags: [],
  examples: ["ice nodes list", "ice nodes show loop --json"],
  execute: (args, terminal) =>
    look(args, terminal, ({ runtime }) => {
      const [verb = "list", type] = args.positionals;
      if (verb === "list") {
        const nodes = [...runtime.nodes.entries()].map(([name, { definition }]) => ({
          type: name,
          description: definition.description,
          registeredBy: runtime.nodes.registeredBy(name),
        }));
        if (args.flags.json) printJson(terminal, { nodes });
        else terminal.stdout.write(table(nodes.map((node) => [node.type, node.description])));
      } else if (verb === "show" && type !== undefined) {
        const { definition } = runtime.nodes.require(type);
        const schema = nodeJsonSchema(definition);
        if (args.flags.json)
          printJson(terminal, {
            type,
            description: definition.description,
            sideEffects: definition.sideEffects,
            schema,
          });
        else terminal.stdout.write(`${type}: ${definition.description}\n\n${table(fieldRows(schema))}`);
      } else throw new IceError("ICE_USAGE", "nodes takes `list` or `show TYPE`.", { fix: "ice nodes show loop" });
    }),
};

function fieldRows(schema: ReturnType<typeof nodeJsonSchema>): [string, string][] {
  const required = (schema["required"] ?? []) as string[];
  return Object.entries(schema["properties"] as Record<string, { description?: string }>).map(([name, field]) => [
    `  ${name}${required.includes(name) ? "*" : ""}`,
    field.description ?? "",
  ]);
}

export const toolsCommand: Command = {
  usage: "tools list",
  summary: "Lists the tools with their arguments.",
  operands: 1,
  options: {},
  flags: [],
  examples: ["ice tools list", "ice tools list --json"],
  execute: (args, terminal) =>
    look(args, terminal, ({ runtime }) => {
      const [verb = "list"] = args.positionals;
      if (verb !== "list") throw new IceError("ICE_USAGE", "tools takes `list`.", { fix: "ice tools list" });
      const tools = runtime.use(ToolExecutionService).list();
      if (args.flags.json) printJson(terminal, { tools });
      else
        terminal.stdout.write(
          table(
            tools.map(({ name, description, args: schema }) => [
              name,
              `${description}  (${Object.keys((schema["properties"] ?? {}) as object).join(", ") || "any arguments"})`,
            ]),
          ),
        );
    }),
};

export const schemaCommand: Command = {
  usage: "schema",
  summary: "Prints the JSON Schema of blueprints, for editors.",
  operands: 0,
  options: {},
  flags: [],
  examples: ["ice schema > blueprint.schema.json", "ice schema --config ice.config.ts"],
  execute: (args, terminal) =>
    look(args, terminal, ({ runtime }) => {
      const definitions: NodeDefinition[] = [...runtime.nodes.entries()].map(([, { definition }]) => definition);
      printJson(terminal, blueprintJsonSchema(definitions));
    }),
};
