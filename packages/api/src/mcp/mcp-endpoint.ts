import type { AuthInfo, McpHttpHandler } from "@modelcontextprotocol/server";
import type { McpContext } from "./mcp-context.ts";
import { OpenCalls, type RequestId } from "./open-calls.ts";

/** A message that a client has posted. */
export interface PostedMessage {
  readonly message: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** What a message is answered with, besides what the endpoint knows itself. */
export type McpCaller = Omit<McpContext, "calls" | "outlivesConnection">;

/** Answers MCP over HTTP, without sessions: each message makes a server of its own. */
export class McpEndpoint {
  readonly #calls: OpenCalls;
  /** Who has sent what is being answered: the SDK passes this object on as it is. */
  readonly #callers = new WeakMap<AuthInfo, McpCaller>();
  #handler: Promise<McpHttpHandler> | undefined;

  /** @param limits - of calls in progress. */
  constructor(limits: { readonly all: number; readonly perCaller: number }) {
    this.#calls = new OpenCalls(limits);
  }

  async answer({ message, headers, signal }: PostedMessage, caller: McpCaller): Promise<Response> {
    this.#cancel(message, caller);
    // Loaded by the first message.
    const handler = await (this.#handler ??= this.#load());
    const authInfo = authInfoOf(caller);
    this.#callers.set(authInfo, caller);
    const request = new Request("http://localhost/mcp", { method: "POST", headers: ownHeaders(headers), signal });
    return handler.fetch(request, { authInfo, parsedBody: message });
  }

  /** Ends all calls, now and later; runs that they have started go on. */
  endCalls(): void {
    this.#calls.end();
  }

  async #load(): Promise<McpHttpHandler> {
    const { createMcpHandler } = await import("@modelcontextprotocol/server");
    const { createMcpServer } = await import("./create-mcp-server.ts");
    return createMcpHandler(
      ({ authInfo, era }) => {
        const caller = authInfo && this.#callers.get(authInfo);
        if (caller === undefined) throw new Error("the message has no caller");
        return createMcpServer({ ...caller, calls: this.#calls, outlivesConnection: era === "legacy" });
      },
      // The list of tools is read when it is asked for; there is nothing to subscribe to.
      { maxSubscriptions: 0 },
    );
  }

  /** A request to cancel comes in a message of its own, so the server that it makes does not know the call. */
  #cancel({ method, params }: PostedMessage["message"], { caller }: McpCaller): void {
    if (method !== "notifications/cancelled") return;
    const { requestId } = (params ?? {}) as { readonly requestId?: RequestId };
    if (requestId !== undefined) this.#calls.cancel(caller, requestId);
  }
}

/** Without the token itself, which no handler needs. */
const authInfoOf = ({ principal: { name, scopes, tenant, expiresAt } }: McpCaller): AuthInfo => ({
  token: "",
  clientId: name,
  scopes: [...scopes],
  ...(expiresAt === null ? {} : { expiresAt: Math.floor(expiresAt / 1000) }),
  extra: { tenant },
});

/** What the protocol reads. */
const ownHeaders = (headers: Headers): Headers =>
  new Headers([...headers].filter(([name]) => /^(?:accept|content-type|mcp-.*)$/.test(name)));
