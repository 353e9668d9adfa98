import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createApi, startServer, type ApiOptions } from "@ice/api";
import {
  accessScopes,
  AccessTokens,
  createRuntime,
  defineTool,
  RunHost,
  type AccessScope,
  type RegisteredBlueprint,
} from "@ice/core";
import { initializeOrchestrator } from "@ice/orchestrator";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { createClient, type Client } from "../src/index.ts";

/** A server with an engine behind it. */
export interface Served {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly client: Client;
  tokenFor(scopes: readonly AccessScope[]): Promise<string>;
  close(): Promise<void>;
}

export interface ServeOptions extends ApiOptions {
  readonly store?: string;
  readonly port?: number;
}

/** Lets go of nodes that hold. */
export class Gate {
  readonly #holds = new Map<string, PromiseWithResolvers<void>>();

  at(key: string): PromiseWithResolvers<void> {
    const hold = this.#holds.get(key) ?? Promise.withResolvers<void>();
    this.#holds.set(key, hold);
    return hold;
  }

  open(key: string): void {
    this.at(key).resolve();
  }
}

const greet: RegisteredBlueprint = {
  name: "greet",
  inputs: { type: "object", properties: { who: { type: "string" } }, required: ["who"] },
  nodes: [{ id: "a", type: "tool", toolName: "echo", toolArgs: { hi: "{{ inputs.who }}" } }],
};

/** Starts an engine and a server; both end with the test. */
export async function serve(gate: Gate, { store, port = 0, ...options }: ServeOptions = {}): Promise<Served> {
  const runtime = createRuntime();
  const hold = defineTool({
    name: "hold",
    args: z.object({ key: z.string() }),
    sideEffects: "none",
    run: async ({ key }, { signal }) => {
      await Promise.race([gate.at(key).promise, new Promise((resolve) => signal.addEventListener("abort", resolve))]);
      return { key };
    },
  });
  const orchestrator = await initializeOrchestrator({ runtime, workflows: [greet], tools: [hold], store });
  const host = runtime.use(RunHost);
  await host.open();
  const api = createApi(runtime, options);
  const running = await startServer(api, { port });
  const tokens = runtime.use(AccessTokens);
  const tokenFor: Served["tokenFor"] = async (scopes) => (await tokens.create({ name: "kim", scopes })).token;
  const token = await tokenFor(accessScopes);
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    api.endStreams();
    await host.drain(0);
    await running.close();
    api.close();
    await orchestrator.close();
  };
  onTestFinished(close);
  return {
    url: running.url,
    port: running.port,
    token,
    tokenFor,
    client: createClient({ url: running.url, token }),
    close,
  };
}

/** A server that answers with what a test says. */
export async function answerWith(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void | Promise<void>,
): Promise<{ readonly url: string; readonly client: Client; readonly requests: readonly IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request);
    void answer(request, response, requests.length);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, client: createClient({ url, token: "t" }), requests };
}

/** The body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk as string;
  return text;
}

export const hold = (id: string, key: string, more: object = {}): object => ({
  id,
  type: "tool",
  toolName: "hold",
  toolArgs: { key },
  ...more,
});
export const ask = (id: string): object => ({ id, type: "human", promptMessage: "Go on?", approvalType: "approval" });
