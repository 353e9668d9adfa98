import { nodeJsonSchema, Schedules, type RegisteredBlueprint } from "@ice/core";
import { defaultTenant } from "@ice/core/internal";
import { z } from "zod";
import type { DevBlueprint } from "../options/dev-files.ts";
import { allStored } from "../runs/all-stored.ts";
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

const workflows = defineRoute({
  method: "GET",
  path: "/v1/workflows",
  scope: "read",
  summary: "List what can be run by name",
  answers: { 200: { description: "Registered and stored workflows.", schema: listSchema("workflows") } },
  async handle({ services: { runtime, dev }, tenant }) {
    const names = tenant.tenant === defaultTenant ? (dev?.list() ?? []).flatMap(({ name }) => name ?? []) : [];
    const edited = names.flatMap((name) => editedOf(dev?.find(name)));
    const registered = runtime.workflows.names().flatMap((ref) => registeredOf(ref, runtime.workflows.get(ref)));
    const stored = (await allStored(tenant.blueprints)).map((info) => ({ ...info, source: "stored" }));
    return ok({ workflows: [...edited, ...registered, ...stored] });
  },
});

const editedOf = (found: DevBlueprint | undefined): object[] =>
  found === undefined ? [] : [{ name: found.name, version: found.version, source: "file" }];

function registeredOf(ref: string, blueprint: RegisteredBlueprint | undefined): object[] {
  if (blueprint === undefined) return [];
  const { name, description, inputs } = blueprint;
  return [{ name, version: ref.slice(ref.lastIndexOf("@") + 1), description, inputs, source: "registered" }];
}

/** What is registered. */
export const registryRoutes: readonly Route[] = [nodeTypes, nodeType, tools, agents, channels, workflows, schedules];
