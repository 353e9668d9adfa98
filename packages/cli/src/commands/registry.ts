import { blueprintJsonSchema, IceError, nodeJsonSchema, ToolExecutionService, type NodeDefinition } from "@ice/core";
import { jsonSchemaOf, nodeFields, schemaFields, type SchemaField } from "@ice/core/internal";
import { z } from "zod";
import { defineCommand } from "../args/command.ts";
import { withIce, type IceContext } from "../config/start-ice.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { table } from "../output/table.ts";
import { oneLine, shown } from "../terminal/printable.ts";

export const nodesCommand = defineCommand({
  usage: ["nodes list", "nodes show TYPE"],
  summary: "List the node types, or show the fields and the output of one",
  maxOperands: 2,
  flags: {},
  examples: ["ice nodes list", "ice nodes show loop --json"],
  execute(context) {
    const [verb = "list", type] = context.operands;
    if (verb === "list") return withIce(context, {}, listNodes);
    if (verb === "show" && type !== undefined) return withIce(context, {}, (ice) => showNode(ice, type));
    throw new IceError("ICE_USAGE", "nodes takes `list` or `show TYPE`.", { fix: "ice nodes show loop" });
  },
});

function listNodes({ runtime, flags, terminal }: IceContext): number {
  const nodes = [...runtime.nodes.entries()].map(([name, { definition }]) => ({
    type: name,
    description: definition.description,
    registeredBy: runtime.nodes.registeredBy(name),
  }));
  if (flags.json) printJson(terminal, { nodes });
  else terminal.stdout.write(table(nodes.map((node) => [node.type, node.description])));
  return exitCodes.completed;
}

function showNode({ runtime, flags, terminal }: IceContext, type: string): number {
  const { definition } = runtime.nodes.require(type);
  const { description, sideEffects } = definition;
  const schema = nodeJsonSchema(definition);
  const output = jsonSchemaOf(definition.declares ?? z.unknown(), "output");
  if (flags.json) printJson(terminal, { type, description, sideEffects, schema, output });
  else terminal.stdout.write(shownAs(type, description, nodeFields(definition), schemaFields(output)));
  return exitCodes.completed;
}

/** A line for each field and for each part of the output; required fields with a star. */
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

export const toolsCommand = defineCommand({
  usage: ["tools list", "tools show NAME"],
  summary: "List the tools, or show the arguments and the output of one",
  maxOperands: 2,
  flags: {},
  examples: ["ice tools list", "ice tools show csv_read --json"],
  execute(context) {
    const [verb = "list", name] = context.operands;
    if (verb === "list") return withIce(context, {}, listTools);
    if (verb === "show" && name !== undefined) return withIce(context, {}, (ice) => showTool(ice, name));
    throw new IceError("ICE_USAGE", "tools takes `list` or `show NAME`.", { fix: "ice tools list" });
  },
});

function listTools({ runtime, flags, terminal }: IceContext): number {
  const tools = runtime.use(ToolExecutionService).list();
  const rows = tools.map(({ name, description, args }) => {
    const names = Object.keys((args["properties"] ?? {}) as object).join(", ");
    return [name, `${description}  (${names || "any arguments"})`] as const;
  });
  if (flags.json) printJson(terminal, { tools });
  else terminal.stdout.write(table(rows));
  return exitCodes.completed;
}

function showTool({ runtime, flags, terminal }: IceContext, name: string): number {
  const { description, sideEffects, args, output = z.unknown() } = runtime.tools.require(name);
  const [argsSchema, outputSchema] = [jsonSchemaOf(args, "input"), jsonSchemaOf(output, "output")];
  if (flags.json) printJson(terminal, { name, description, sideEffects, args: argsSchema, output: outputSchema });
  else terminal.stdout.write(shownAs(name, description, schemaFields(argsSchema), schemaFields(outputSchema)));
  return exitCodes.completed;
}

export const schemaCommand = defineCommand({
  usage: ["schema"],
  summary: "Print the JSON Schema of blueprints, for editors",
  maxOperands: 0,
  flags: {},
  examples: ["ice schema > blueprint.schema.json", "ice schema --config ice.config.ts"],
  execute: (context) =>
    withIce(context, {}, ({ runtime, terminal }) => {
      const definitions: NodeDefinition[] = [...runtime.nodes.entries()].map(([, { definition }]) => definition);
      printJson(terminal, blueprintJsonSchema(definitions));
      return exitCodes.completed;
    }),
});
