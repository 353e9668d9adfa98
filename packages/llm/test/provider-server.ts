import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { serveHttp } from "@ice/testing";
import type { ModelRequest } from "@ice/core";
import {
  createLanguageModels,
  type LanguageModels,
  type LanguageModelsOptions,
  type ProviderOptions,
} from "../src/index.ts";
import { wireFormats, type Reply, type WireFormat } from "./wire-formats.ts";

/** What a server does besides, or instead of, an answer in its format. */
export interface Fault extends Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body, as it is. */
  readonly body?: string;
  /** Nothing comes after the body, and the answer has no end. */
  readonly stallsAfterBody?: boolean;
  /** The connection dies after so many events. */
  readonly cutAfter?: number;
  /** Nothing comes after so many events; 0: not even headers. */
  readonly stallAfter?: number;
  /** The answer ends after so many events, as if all were well. */
  readonly endAfter?: number;
  /** Text without end. */
  readonly floods?: boolean;
}

interface SeenRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, never>>;
  /** Epoch milliseconds when the connection was closed from the other side, before the answer was complete. */
  closedEarlyMs?: number;
}

export interface ProviderServer {
  readonly format: WireFormat;
  readonly host: string;
  readonly requests: readonly SeenRequest[];
  /** Answers the next requests in this order; the last reply is repeated. */
  script(...replies: Fault[]): void;
  close(): Promise<void>;
}

/** A provider at 127.0.0.1 that answers what a test asks for. */
export async function startProvider(format: WireFormat): Promise<ProviderServer> {
  const requests: SeenRequest[] = [];
  let replies: Fault[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = "";
    for await (const part of request) text += String(part);
    const seen: SeenRequest = { url: request.url!, headers: request.headers, body: JSON.parse(text) };
    requests.push(seen);
    response.on("close", () => {
      if (!response.writableFinished) seen.closedEarlyMs = Date.now();
    });
    const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? {};
    await answer(response, reply, format);
  };
  const server = await serveHttp((request, response) => void respond(request, response));
  return {
    format,
    host: server.host,
    requests,
    script: (...next) => void (replies = next),
    close: server.close,
  };
}

async function answer(response: ServerResponse, reply: Fault, format: WireFormat): Promise<void> {
  const { status = 200, headers, body, cutAfter = Infinity, stallAfter = Infinity, endAfter = Infinity } = reply;
  if (stallAfter === 0) return;
  if (status !== 200 || body !== undefined) {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    if (reply.stallsAfterBody === true) response.write(body ?? "");
    else response.end(body ?? "");
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream", ...headers });
  const events = wireFormats[format](reply.floods === true ? { chunks: endless() } : reply);
  let sent = 0;
  for (const event of events) {
    if (sent >= cutAfter) return void (await sleep(20), response.destroy()); // what was written has left by then
    if (sent >= stallAfter || response.destroyed) return;
    if (sent >= endAfter) break;
    if (!response.write(event)) await drained(response);
    sent += 1;
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

function endless(): readonly string[] {
  const part = "x".repeat(1024);
  return {
    *[Symbol.iterator]() {
      for (;;) yield part;
    },
  } as unknown as readonly string[];
}

/** A key that may be seen nowhere but in requests to its server. */
export const key = "key-0123456789-canary";

const types = {
  chat: { type: "openai-compatible" },
  "openai-chat": { type: "openai", api: "chat" },
  responses: { type: "openai" },
  messages: { type: "anthropic" },
  google: { type: "google" },
} satisfies Record<WireFormat, ProviderOptions>;

/** Models of a server, as the provider "near". */
export function modelsOf(
  { format, host }: ProviderServer,
  { provider = {}, ...options }: LanguageModelsOptions & { readonly provider?: ProviderOptions } = {},
): LanguageModels {
  const near = { ...types[format], baseUrl: `http://${host}/v1`, apiKey: key, ...provider };
  return createLanguageModels({ env: {}, ...options, providers: { near, ...options.providers } });
}

/** Asks the provider "near" one thing. */
export function ask(
  models: LanguageModels,
  request: Partial<ModelRequest> = {},
  { signal = new AbortController().signal, onText }: { signal?: AbortSignal; onText?: (text: string) => void } = {},
) {
  return models.generate(
    { model: "near/m", messages: [{ role: "user", text: "hello" }], ...request },
    { signal, onText },
  );
}

export const formats = Object.keys(wireFormats) as readonly WireFormat[];
