import { createRuntime, type ToolDefinition } from "@ice/core";
import { jsonSchemaOf, schemaFields } from "@ice/core/internal";
import { initializeOrchestrator } from "@ice/orchestrator";
import { sandboxExec } from "@ice/sandbox";
import { toolPack } from "@ice/tools";
import { z } from "zod";
import { schemaTable } from "./schema-table.ts";

/** Plugins with tools, in reading order, with the package that provides each. */
const origins: Readonly<Record<string, string>> = {
  "@ice/orchestrator": "Always there.",
  "@ice/tools": "Brought by `toolPack()` of `@ice/tools`, which the `ice` command registers.",
  "@ice/sandbox/exec":
    "Brought by `sandboxExec({ programs })` of `@ice/sandbox`, on Linux; here with `/usr/bin/wc` as the one allowed program.",
};

/** `docs/reference/tools.md`: every tool that comes with ice, with its arguments and its output. */
export async function toolReference(): Promise<string> {
  const tools = await builtInTools();
  const sections = Object.entries(origins).map(([origin, text]) => {
    const own = tools.filter((tool) => tool.origin === origin);
    return `## ${origin}\n\n${text}\n\n${own.map(({ tool }) => section(tool)).join("\n")}`;
  });
  return `# Tools

Written from the definitions of the tools. Fields with * are required. \`a.b\` is a field of an object, \`a[].b\` of the entries of a list, \`a.*.b\` of the values of a map.

${sections.join("\n")}`;
}

/** Every tool of the packages of ice, by the plugin that registers it. */
export async function builtInTools(): Promise<readonly { readonly origin: string; readonly tool: ToolDefinition }[]> {
  const runtime = createRuntime();
  const plugins = [toolPack(), sandboxExec({ programs: ["/usr/bin/wc"] })];
  const { close } = await initializeOrchestrator({ runtime, plugins });
  try {
    return [...runtime.tools.entries()].map(([name, tool]) => ({
      origin: runtime.tools.registeredBy(name) ?? "",
      tool,
    }));
  } finally {
    await close();
  }
}

function section({ name, description, args, output = z.unknown() }: ToolDefinition): string {
  return `### ${name}

${description}

${schemaTable(schemaFields(jsonSchemaOf(args, "input")))}
Output:

${schemaTable(schemaFields(jsonSchemaOf(output, "output")))}`;
}
