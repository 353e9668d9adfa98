import { checkJsonSchema, toolNamePattern } from "@ice/core/internal";
import type { JsonObject } from "@ice/core";
import type { ListedTool } from "./pinned-tool.ts";

/** A tool that is not pinned, with the reason. */
export interface SkippedTool {
  readonly tool: string;
  readonly reason: string;
}

/** The tools of a server whose arguments and results ice can check, and why it cannot use the others. */
export function usableTools(
  server: string,
  listed: readonly ListedTool[],
): { readonly usable: readonly ListedTool[]; readonly skipped: readonly SkippedTool[] } {
  const usable: ListedTool[] = [];
  const skipped: SkippedTool[] = [];
  const named = Map.groupBy(listed, ({ name }) => name);
  for (const tool of listed) {
    const isTwice = named.get(tool.name)!.length > 1;
    const reason = isTwice ? "the server lists this name twice" : problemOf(server, tool);
    if (reason === undefined) usable.push(tool);
    else skipped.push({ tool: tool.name, reason });
  }
  return { usable, skipped };
}

/** Why ice cannot use a tool; undefined if it can. */
export function problemOf(server: string, tool: ListedTool): string | undefined {
  if (tool.name === "" || !toolNamePattern.test(toolName(server, tool.name)))
    return `its name, with "${server}.", is longer than 64 characters, or has others than letters, digits, _, - and .`;
  for (const part of ["inputSchema", "outputSchema"] as const) {
    const [issue] = tool[part] === undefined ? [] : checkJsonSchema(enforced(tool[part]));
    if (issue !== undefined) return `its ${[part, ...issue.keys].join(".")} is not enforced: ${issue.message}`;
  }
  return undefined;
}

/** The name under which workflows call it. */
export const toolName = (server: string, tool: string): string => `${server}.${tool}`;

/** A schema without its `$schema`: ice enforces the same subset of every dialect. */
export const enforced = (schema: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([keyword]) => keyword !== "$schema"));
