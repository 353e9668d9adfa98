import { z } from "zod";
import { defineRoute, type Answer, type Route } from "./route.ts";

const messageSchema = z
  .looseObject({ jsonrpc: z.literal("2.0"), method: z.string().max(200).optional(), id: z.unknown().optional() })
  .meta({ id: "McpMessage", description: "A message of the Model Context Protocol." });

const post = defineRoute({
  method: "POST",
  path: "/mcp",
  scope: "run",
  summary: "Speak MCP: workflows are tools",
  body: messageSchema,
  answers: {
    200: { description: "The answer, with notifications before it if it is a stream.", schema: z.looseObject({}) },
    202: { description: "The message is a notification." },
  },
  async handle({ services, tenant, caller, body, headers, signal }): Promise<Answer> {
    const { runtime, host, version, mcpTools: tools, report, mcp } = services;
    const { principal, key } = caller;
    const context = { runtime, host, tenant, principal, tools, caller: key, version, report };
    const { status, body: stream, headers: given } = await mcp.answer({ message: body, headers, signal }, context);
    const own = Object.fromEntries([...given].filter(([name]) => name === "content-type" || name.startsWith("mcp-")));
    return { status, headers: own, ...(stream === null ? {} : { stream }) };
  },
});

/** The Model Context Protocol. */
export const mcpRoutes: readonly Route[] = [post];
