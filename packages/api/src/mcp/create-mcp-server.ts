import { randomUUID } from "node:crypto";
import type { JsonObject } from "@ice/core";
import { compileJsonSchema, didYouMean, shorten } from "@ice/core/internal";
import {
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type CallToolResult,
  type jsonSchemaValidator,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { failureLine, problemOf, type Problem } from "../problem/problem.ts";
import { callEntry } from "./call-tool.ts";
import { resultOfProblem } from "./call-result.ts";
import type { McpContext } from "./mcp-context.ts";
import type { OnNodeEnd } from "./report-progress.ts";
import { catalogOf, pageOfTools } from "./tool-catalog.ts";

const instructions =
  "Each tool runs a workflow and returns its output. A run with the status `suspended` has not failed: it waits, for example for the answer of a person, and goes on by itself when it has come. No tool gives such answers. Do not call the tool again meanwhile: that starts another run.";

/** An MCP server whose tools are the workflows of one caller. It serves one connection, or one request. */
export function createMcpServer(context: McpContext): Server {
  const server = new Server(
    { name: "ice", version: context.version },
    { capabilities: { tools: {} }, instructions, jsonSchemaValidator: interpreted },
  );
  server.setRequestHandler("tools/list", async ({ params }) => {
    try {
      return { ...(await pageOfTools(context, params?.cursor)) };
    } catch (error) {
      throw new ProtocolError(ProtocolErrorCode.InternalError, problemFor(error, context).detail);
    }
  });
  server.setRequestHandler("tools/call", async ({ params: { name, arguments: args = {} } }, { mcpReq }) => {
    let result;
    try {
      result = await call(name, args as JsonObject, mcpReq, context);
    } catch (error) {
      if (ProtocolError.isInstance(error)) throw error;
      result = resultOfProblem(problemFor(error, context));
    }
    return server.projectCallToolResult(result, undefined);
  });
  return server;
}

async function call(
  name: string,
  args: JsonObject,
  request: ServerContext["mcpReq"],
  context: McpContext,
): Promise<CallToolResult> {
  const catalog = await catalogOf(context);
  const entry = catalog.get(name);
  if (entry === undefined) {
    const near = didYouMean(name, [...catalog.keys()]);
    const message = `There is no tool "${shorten(name)}"${near === "" ? "" : `: ${near}`}.`;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, message);
  }
  const open = context.calls.open(context.caller, request.id);
  const { signal } = request;
  const cancelled = context.outlivesConnection ? open.cancelled : AbortSignal.any([open.cancelled, signal]);
  const abandoned = AbortSignal.any([signal, open.ended]);
  try {
    return await callEntry({ entry, args, cancelled, abandoned, onNodeEnd: progressOf(request) }, context);
  } finally {
    open.close();
  }
}

/** What the caller learns of an error; the server reports the rest. */
function problemFor(error: unknown, { report }: McpContext): Problem {
  const requestId = randomUUID();
  const { problem, isFailure } = problemOf(error, requestId);
  if (isFailure) report(failureLine(error, requestId));
  return problem;
}

function progressOf({ _meta, notify }: ServerContext["mcpReq"]): OnNodeEnd | undefined {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (progress, message) => {
    // A client that has gone misses it.
    notify({ method: "notifications/progress", params: { progressToken, progress, message } }).catch(() => undefined);
  };
}

/** Checks values without generating code, which the default of the SDK does: a hardened process forbids it. */
const interpreted: jsonSchemaValidator = {
  getValidator<T>(schema: object) {
    const { validate } = compileJsonSchema(schema as JsonObject);
    return (input: unknown) => {
      const result = validate(input as JsonObject);
      if (result.ok) return { valid: true, data: result.value as T, errorMessage: undefined };
      return { valid: false, data: undefined, errorMessage: result.issues[0]?.message ?? "does not match" };
    };
  },
};
