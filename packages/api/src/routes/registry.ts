import { nodeJsonSchema, Schedules } from "@ice/core";
import { z } from "zod";
import { ok } from "./answers.ts";
import { defineRoute, type Route } from "./route.ts";

const listSchema = (name: string): z.ZodType => z.looseObject({ [name]: z.array(z.looseObject({})) });

const nodeTypes = defineRoute({
  method: "GET",
  path: "/v1/node-types",
  scope: "read",
  summary: "List the types of nodes",
  answers: { 200: { description: "Types, with JSON Schemas of their nodes.", schema: listSchema("nodeTypes") } },
  handle({ services: { runtime } }) {
    const shown = [...runtime.nodes.entries()].map(([type, { definition }]) => nodeTypeOf(type, definition));
    return ok({ nodeTypes: shown });
  },
});

const nodeType = defineRoute({
  method: "GET",
  path: "/v1/node-types/{type}",
  scope: "read",
  summary: "Show a type of nodes",
  answers: { 200: { description: "The type, with the JSON Schema of its nodes.", schema: z.looseObject({}) } },
  problems: ["ICE_NODE_TYPE_UNKNOWN"],
  handle({ services: { runtime }, params }) {
    const type = params["type"]!;
    return ok(nodeTypeOf(type, runtime.nodes.require(type).definition));
  },
});

const nodeTypeOf = (type: string, definition: Parameters<typeof nodeJsonSchema>[0]): object => ({
  type,
  description: definition.description,
  schema: nodeJsonSchema(definition),
});

const tools = defineRoute({
  method: "GET",
  path: "/v1/tools",
  scope: "read",
  summary: "List the tools",
  answers: { 200: { description: "Tools, with JSON Schemas of their arguments.", schema: listSchema("tools") } },
  handle: ({ tenant }) => ok({ tools: tenant.tools.list() }),
});

const agents = defineRoute({
  method: "GET",
  path: "/v1/agents",
  scope: "read",
  summary: "List the agents",
  answers: { 200: { description: "Agents.", schema: listSchema("agents") } },
  handle({ services: { runtime } }) {
    const shown = [...runtime.agents.entries()].map(([name, agent]) => ({
      name,
      description: agent.description,
      tools: agent.tools,
      ...("model" in agent ? { model: agent.model } : {}),
    }));
    return ok({ agents: shown });
  },
});

const channels = defineRoute({
  method: "GET",
  path: "/v1/channels",
  scope: "read",
  summary: "List the channels for alerts",
  answers: { 200: { description: "Channels.", schema: listSchema("channels") } },
  handle: ({ services: { runtime } }) => ok({ channels: runtime.channels.names().map((name) => ({ name })) }),
});

const schedules = defineRoute({
  method: "GET",
  path: "/v1/schedules",
  scope: "read",
  summary: "List the schedules, and when they are due",
  answers: { 200: { description: "Schedules.", schema: listSchema("schedules") } },
  async handle({ services: { runtime }, tenant }) {
    const all = await runtime.use(Schedules).list();
    return ok({ schedules: all.filter((schedule) => schedule.tenant === tenant.tenant) });
  },
});

/** What is registered. */
export const registryRoutes: readonly Route[] = [nodeTypes, nodeType, tools, agents, channels, schedules];
