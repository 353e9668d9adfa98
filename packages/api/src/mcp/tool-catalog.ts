import type { ToolDescription } from "@ice/core";
import { isPlainObject, shorten } from "@ice/core/internal";
import type { Tool } from "@modelcontextprotocol/server";
import { allStored } from "../runs/all-stored.ts";
import { isNetwork } from "../runs/analyze.ts";
import type { McpContext } from "./mcp-context.ts";
import { nameTools } from "./tool-names.ts";

/** What a tool of the server does: runs a workflow, or calls a tool. `target`: its name in ice. */
export interface CatalogEntry {
  readonly kind: "workflow" | "tool";
  /** What the name of the MCP tool is made of. */
  readonly name: string;
  readonly target: string;
}

/** A page of tools. */
export interface ToolPage {
  readonly tools: Tool[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

/** Maximum number of tools of a page. */
const perPage = 100;
/** A page with more characters has no further tool. */
const maxPageLength = 1_000_000;
const maxDescription = 4000;
const dialect = "https://json-schema.org/draft/2020-12/schema";

/** The entries by the names of their MCP tools. What the owner of the server has chosen comes first. */
export async function catalogOf({
  runtime: { workflows },
  tenant,
  tools,
}: McpContext): Promise<ReadonlyMap<string, CatalogEntry>> {
  const registered = new Set(workflows.names().map((ref) => ref.slice(0, ref.lastIndexOf("@"))));
  const stored = (await allStored(tenant.blueprints)).map(({ name }) => name).filter((name) => !registered.has(name));
  return nameTools<CatalogEntry>([
    ...[...new Set(tools)].map((target) => ({ kind: "tool" as const, name: `tool_${target}`, target })),
    ...[...registered, ...stored].map((target) => ({ kind: "workflow" as const, name: target, target })),
  ]);
}

/** Tools in the order of their names. @param cursor - the `nextCursor` of the page before. */
export async function pageOfTools(context: McpContext, cursor: string | undefined): Promise<ToolPage> {
  const entries = [...(await catalogOf(context))].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rest = entries.filter(([name]) => cursor === undefined || name > cursor);
  const offered = context.tools.length === 0 ? [] : context.tenant.tools.list();
  const tools: Tool[] = [];
  let length = 0;
  for (const [index, [name, { kind, target }]] of rest.entries()) {
    const tool = kind === "tool" ? describeTool(name, target, offered) : await describeWorkflow(name, target, context);
    if (tool !== undefined) {
      tools.push(tool);
      length += JSON.stringify(tool).length;
    }
    const isFull = index + 1 >= perPage || length >= maxPageLength;
    if (isFull && index + 1 < rest.length) return { tools, nextCursor: name };
  }
  return { tools };
}

function describeTool(name: string, target: string, offered: readonly ToolDescription[]): Tool | undefined {
  const tool = offered.find((one) => one.name === target);
  return tool && toolOf(name, { title: target, description: tool.description, inputs: tool.args });
}

/** Undefined for a network, which has no inputs, and for what has been deleted meanwhile. */
async function describeWorkflow(name: string, target: string, context: McpContext): Promise<Tool | undefined> {
  const blueprint = await blueprintOf(target, context);
  if (blueprint === undefined || isNetwork(blueprint)) return undefined;
  const { description, inputs } = blueprint;
  return toolOf(name, {
    title: target,
    description: typeof description === "string" ? description : `Runs the workflow "${shorten(target)}".`,
    inputs,
  });
}

async function blueprintOf(
  name: string,
  { runtime, tenant }: McpContext,
): Promise<{ readonly [Field in "description" | "inputs"]?: unknown } | undefined> {
  return runtime.workflows.get(name) ?? (await tenant.blueprints.get(name))?.blueprint;
}

function toolOf(
  name: string,
  { title, description, inputs }: { readonly title: string; readonly description: string; readonly inputs: unknown },
): Tool {
  const schema = isPlainObject(inputs) ? inputs : {};
  return {
    name,
    ...(title === name ? {} : { title: shorten(title) }),
    description: shorten(description, maxDescription),
    inputSchema: { ...schema, $schema: dialect, type: "object" },
  };
}
