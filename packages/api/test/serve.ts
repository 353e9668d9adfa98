import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import {
  accessScopes,
  AccessTokens,
  createRuntime,
  RunHost,
  type AccessScope,
  type OwnerLimits,
  type RegisteredBlueprint,
  type Runtime,
  type ToolDefinition,
} from "@ice/core";
import { initializeOrchestrator } from "@ice/orchestrator";
import { createApi, startServer, type ApiOptions, type ServerOptions } from "../src/index.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. */
  readonly json: () => Record<string, unknown>;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: string | Buffer;
  /** Null: without a token. Default: one with all scopes. */
  readonly token?: string | null;
}

/** A server with an engine behind it. */
export interface Served {
  readonly runtime: Runtime;
  readonly url: string;
  readonly port: number;
  /** What the server has reported. */
  readonly reports: readonly string[];
  /** A token with all scopes. */
  readonly token: string;
  tokenFor(name: string, scopes: readonly AccessScope[], tenant?: string): Promise<string>;
  send(path: string, sent?: Sent): Promise<Answer>;
  /** Sends bytes, and returns what comes back until the server closes the connection or is silent. */
  raw(text: string, options?: { readonly until?: RegExp }): Promise<string>;
  endStreams(): void;
  /** See `Api`. */
  createLinkSecret(): string;
  close(): Promise<void>;
}

export interface ServeOptions extends ApiOptions {
  readonly workflows?: readonly RegisteredBlueprint[];
  readonly tools?: readonly ToolDefinition[];
  readonly store?: string;
  readonly server?: ServerOptions;
  /** What the owner of the process allows. */
  readonly bounds?: Partial<OwnerLimits>;
}

/** Starts an engine and a server for one test. */
export async function serve({
  workflows = [],
  tools = [],
  store,
  server,
  bounds,
  ...options
}: ServeOptions = {}): Promise<Served> {
  const runtime = createRuntime();
  const orchestrator = await initializeOrchestrator({ runtime, workflows, tools, store, limits: bounds });
  const host = runtime.use(RunHost);
  await host.open();
  const reports: string[] = [];
  const api = createApi(runtime, { report: (line) => reports.push(line), ...options });
  const running = await startServer(api, { port: 0, ...server });
  const tokens = runtime.use(AccessTokens);
  const tokenFor: Served["tokenFor"] = async (name, scopes, tenant) =>
    (await tokens.create({ name, scopes, tenant })).token;
  const token = await tokenFor("kim", accessScopes);
  const { port } = running;
  return {
    runtime,
    url: running.url,
    port,
    reports,
    token,
    tokenFor,
    send: (path, sent = {}) => send(port, path, { token, ...sent }),
    raw: (text, { until } = {}) => raw(port, text, until),
    endStreams: () => api.endStreams(),
    createLinkSecret: () => api.createLinkSecret(),
    async close() {
      api.endStreams();
      await host.drain(0);
      await running.close();
      api.close();
      await orchestrator.close();
    },
  };
}

/** What is sent to the server and comes back. */
function send(port: number, path: string, { method, headers, json, body, token }: Sent): Promise<Answer> {
  const content = json === undefined ? body : JSON.stringify(json);
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      {
        host: "127.0.0.1",
        port,
        path,
        method: method ?? (content === undefined ? "GET" : "POST"),
        agent: false,
        headers: {
          ...(typeof token === "string" && { authorization: `Bearer ${token}` }),
          ...(json !== undefined && { "content-type": "application/json" }),
          ...(content !== undefined && { "content-length": String(Buffer.byteLength(content)) }),
          ...headers,
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const parse = (): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json: parse });
        });
      },
    );
    call.on("error", reject);
    call.end(content);
  });
}

function raw(port: number, text: string, until: RegExp | undefined): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      received += chunk;
      if (until?.test(received)) socket.destroy();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(received));
  });
}

/** Builders of nodes. */
export const echo = (id: string, toolArgs: object = {}, more: object = {}): object => ({
  id,
  type: "tool",
  toolName: "echo",
  toolArgs,
  ...more,
});
export const ask = (id = "ask", more: object = {}): object => ({
  id,
  type: "human",
  promptMessage: "Go on?",
  approvalType: "approval",
  ...more,
});
export const blueprint = (nodes: readonly object[], more: object = {}): object => ({
  schemaVersion: "ice/v1",
  name: "case",
  nodes,
  ...more,
});
export const greet: RegisteredBlueprint = {
  name: "greet",
  version: "1.2.0",
  inputs: { type: "object", properties: { who: { type: "string" } }, required: ["who"] },
  nodes: [echo("a", { hi: "{{ inputs.who }}" })],
};
