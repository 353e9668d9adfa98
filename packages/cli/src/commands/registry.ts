import {
  blueprintJsonSchema,
  IceError,
  jsonSchemaOf,
  nodeFields,
  nodeJsonSchema,
  schemaFields,
  ToolExecutionService,
  type NodeDefinition,
  type SchemaField,
} from "@ice/core";
import { z } from "zod";
import type { Arguments } from "../args/arguments.ts";
import type { Command } from "../args/command.ts";
import { startIce, type Ice } from "../config/start-ice.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
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
        const { description, sideEffects } = definition;
        const schema = nodeJsonSchema(definition);
        const output = jsonSchemaOf(definition.output ?? z.unknown(), "output");
        if (args.flags.json) printJson(terminal, { type, description, sideEffects, schema, output });
        else terminal.stdout.write(shownAs(type, description, nodeFields(definition), schemaFields(output)));
      } else throw new IceError("ICE_USAGE", "nodes takes `list` or `show TYPE`.", { fix: "ice nodes show loop" });
    }),
};

/** What goes in and what comes out, a line each; required fields with a star. */
function shownAs(
  name: string,
  description: string,
  fields: readonly SchemaField[],
  output: readonly SchemaField[],
): string {
  return `${shown(name)}: ${oneLine(description)}\n\n${table(fields.map(rowOf))}\nOutput:\n${table(output.map(rowOf))}`;
}

function rowOf({ path, required, type, default: value, description }: SchemaField): [name: string, text: string] {
  const about = value === undefined ? type : `${type}, default ${JSON.stringify(value)}`;
  return [`  ${path}${required ? "*" : ""}`, description === "" ? about : `${about}: ${description}`];
}

export const toolsCommand: Command = {
  usage: "tools list | tools show NAME",
  summary: "Lists the tools with their arguments, or shows one with what it gives.",
  operands: 2,
  options: {},
  flags: [],
  examples: ["ice tools list", "ice tools show csv_read --json"],
  execute: (args, terminal) =>
    look(args, terminal, ({ runtime }) => {
      const [verb = "list", name] = args.positionals;
      if (verb === "list") {
        const tools = runtime.use(ToolExecutionService).list();
        if (args.flags.json) printJson(terminal, { tools });
        else
          terminal.stdout.write(
            table(
              tools.map(({ name: tool, description, args: schema }) => [
                tool,
                `${description}  (${Object.keys((schema["properties"] ?? {}) as object).join(", ") || "any arguments"})`,
              ]),
            ),
          );
      } else if (verb === "show" && name !== undefined) {
        const { description, sideEffects, args: given, output: gives = z.unknown() } = runtime.tools.require(name);
        const [schema, output] = [jsonSchemaOf(given, "input"), jsonSchemaOf(gives, "output")];
        if (args.flags.json) printJson(terminal, { name, description, sideEffects, args: schema, output });
        else terminal.stdout.write(shownAs(name, description, schemaFields(schema), schemaFields(output)));
      } else throw new IceError("ICE_USAGE", "tools takes `list` or `show NAME`.", { fix: "ice tools list" });
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
