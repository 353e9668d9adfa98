import { createHash } from "node:crypto";
import type { Json, JsonObject } from "@ice/core";

/** A tool as a server lists it: everything that models and workflows see of it. */
export interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject | undefined;
}

/** A tool as it was when its server was trusted. */
export interface PinnedTool extends ListedTool {
  /** Of the name, the description and the schemas. */
  readonly sha256: string;
}

export interface PinnedServer {
  /** Version of the protocol that was used. */
  readonly protocol: string;
  readonly tools: readonly PinnedTool[];
}

export function pinned({ name, description, inputSchema, outputSchema }: ListedTool): PinnedTool {
  const tool = { name, description, inputSchema, ...(outputSchema && { outputSchema }) };
  return { ...tool, sha256: hashOf(tool) };
}

/** Keys are sorted, so that a server may write its schemas in any order. */
export const hashOf = ({ name, description, inputSchema, outputSchema }: ListedTool): string =>
  createHash("sha256")
    .update(canonical([name, description, inputSchema, outputSchema ?? null]))
    .digest("hex");

function canonical(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join(",")}]`;
  const entries = Object.entries(value as JsonObject).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(",")}}`;
}

/** The differences between what a server lists and what was pinned, as text. Additional tools are ignored, because they cannot be called. */
export function differences(tools: readonly PinnedTool[], listed: readonly ListedTool[]): readonly string[] {
  const named = Map.groupBy(listed, ({ name }) => name);
  return tools.flatMap((tool) => {
    const [now, ...others] = named.get(tool.name) ?? [];
    if (now === undefined) return [`"${tool.name}" is no longer listed`];
    if (others.length > 0) return [`"${tool.name}" is listed twice`];
    if (hashOf(now) === tool.sha256) return [];
    const parts = (["description", "inputSchema", "outputSchema"] as const).filter(
      (part) => canonical(now[part] ?? null) !== canonical(tool[part] ?? null),
    );
    return [`"${tool.name}" has a different ${parts.join(" and ")}`];
  });
}
