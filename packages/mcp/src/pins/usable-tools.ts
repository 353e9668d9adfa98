import { checkJsonSchema, toolNamePattern } from "@ice/core/internal";
import type { JsonObject } from "@ice/core";
import type { ListedTool } from "./pinned-tool.ts";

/** A tool that is not pinned, with the reason. */
export interface SkippedTool {
  readonly tool: string;
  readonly reason: string;
}

/** The tools of a server that ice can check the arguments and results of, and why the others are left out. */
export function usableTools(
  server: string,
  listed: readonly ListedTool[],
): { readonly usable: readonly ListedTool[]; readonly skipped: readonly SkippedTool[] } {
  const usable: ListedTool[] = [];
  const skipped: SkippedTool[] = [];
  for (const tool of listed) {
    const reason = problemOf(server, tool, listed);
    if (reason === undefined) usable.push(tool);
    else skipped.push({ tool: tool.name, reason });
  }
  return { usable, skipped };
}

function problemOf(server: string, tool: ListedTool, listed: readonly ListedTool[]): string | undefined {
  if (tool.name === "" || !toolNamePattern.test(toolName(server, tool.name)))
    return "its name is longer than 64, or has other characters than letters, digits, _, -, .";
  if (listed.filter(({ name }) => name === tool.name).length > 1) return "the server lists this name twice";
  for (const part of ["inputSchema", "outputSchema"] as const) {
    const [issue] = tool[part] === undefined ? [] : checkJsonSchema(enforced(tool[part]));
    if (issue !== undefined) return `its ${[part, ...issue.keys].join(".")} is not enforced: ${issue.message}`;
  }
  return undefined;
}

/** The name under which workflows call it. */
export const toolName = (server: string, tool: string): string => `${server}.${tool}`;

/** A schema without the dialect that it names: ice enforces its own subset of all of them. */
export const enforced = (schema: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([keyword]) => keyword !== "$schema"));
