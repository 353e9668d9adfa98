import { client } from "../api/client.ts";
import type { JsonObject } from "../api/types.ts";

export const kinds = ["Tools", "Node types", "Agents", "Channels", "Schedules"] as const;
export type Kind = (typeof kinds)[number];

/** Something that blueprints can use. */
export interface Entry {
  readonly name: string;
  readonly description: string;
  /** Facts in one line: `effects: external`. */
  readonly facts: readonly string[];
  /** By title. */
  readonly schemas: readonly { readonly title: string; readonly schema: JsonObject }[];
  readonly json: JsonObject;
}

/** What there is of a kind that has schemas. */
export async function entriesOf(kind: Exclude<Kind, "Schedules">, signal: AbortSignal): Promise<Entry[]> {
  const { registry } = client;
  if (kind === "Tools")
    return (await registry.tools({ signal })).map(({ name, description, sideEffects, args }) => ({
      name,
      description,
      facts: [`side effects: ${sideEffects}`],
      schemas: [{ title: "Arguments", schema: args }],
      json: args,
    }));
  if (kind === "Node types")
    return (await registry.nodeTypes({ signal })).map(({ type, description, schema }) => ({
      name: type,
      description,
      facts: [],
      schemas: [{ title: "Fields", schema }],
      json: schema,
    }));
  if (kind === "Agents")
    return (await registry.agents({ signal })).map((agent) => ({
      name: agent.name,
      description: agent.description ?? "",
      facts: [
        ...(agent.model === undefined ? [] : [`model: ${agent.model}`]),
        ...(agent.tools === undefined || agent.tools.length === 0 ? [] : [`tools: ${agent.tools.join(", ")}`]),
      ],
      schemas: [],
      json: { ...agent } as JsonObject,
    }));
  return (await registry.channels({ signal })).map(({ name }) => ({
    name,
    description: "A channel for alerts: nodes name it in `channel`.",
    facts: [],
    schemas: [],
    json: { name },
  }));
}
