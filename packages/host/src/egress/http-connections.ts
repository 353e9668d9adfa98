import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { LookupFunction } from "node:net";
import type { EgressRequest } from "@ice/core";
import { connectionHeaders } from "./connection-headers.ts";
import { loadHttp } from "./load-http.ts";
import { readText } from "./read-text.ts";

export type Sending = Pick<EgressRequest, "method" | "headers" | "body">;

/** Status and headers of an answer; names in lower case, values in the order in which they arrived. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

export interface Answer extends AnswerHead {
  /** Empty if the body was not read. */
  readonly text: string;
}

export interface SendOptions {
  /** Maximum milliseconds until the request is sent, then until the head arrives, then between two parts of the body. */
  readonly idleMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Whether the body is read, or the connection closed at once. */
  readonly wantsBody: (head: AnswerHead) => boolean;
}

/** How requests to `http:` or `https:` addresses are sent. */
interface Protocol {
  readonly start: (options: RequestOptions) => ClientRequest;
  readonly agent: Agent;
}

/** Maximum number of idle connections that are kept, and for how many milliseconds. */
const maxIdle = 32;
const keptMs = 4000;
/** Buffered bytes of a body above which reading pauses, so that each turn reads one part of a connection, at most 64 KiB. */
const reading = { highWaterMark: 4096 };
/** Answers such as `103 Early Hints` that may come before the real one. */
const maxInformational = 16;

/** Sends requests over connections that are kept for a while and reused. All of them resolve names in the same way. */
export class HttpConnections {
  readonly #lookup: LookupFunction | undefined;
  readonly #protocols = new Map<string, Promise<Protocol>>();
  #closed = false;

  /** @param lookup - resolves names, and refuses addresses. Default: that of Node. */
  constructor(lookup?: LookupFunction) {
    this.#lookup = lookup;
  }

  /** Sends one request. Rejects with an error of Node, or of reading the body. */
  async send(url: URL, sending: Sending, options: SendOptions): Promise<Answer> {
    const { start, agent } = await this.#protocolOf(url);
    if (this.#closed) throw new Error("the client is closed");
    const { method = "GET", body } = sending;
    const request = start({
      agent,
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: url.port,
      path: url.pathname + url.search,
      method,
      headers: headersOf(sending),
      signal: options.signal,
    });
    request.once("close", () => closeIdle(agent));
    const answer = answerTo(request, options);
    request.end(body);
    return answer;
  }

  /** Closes all connections and requests in progress. Further requests fail. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const protocol of this.#protocols.values()) (await protocol).agent.destroy();
  }

  #protocolOf({ protocol }: URL): Promise<Protocol> {
    let opened = this.#protocols.get(protocol);
    if (opened === undefined) {
      opened = openProtocol(protocol, this.#lookup);
      this.#protocols.set(protocol, opened);
    }
    return opened;
  }
}

async function openProtocol(protocol: string, lookup: LookupFunction | undefined): Promise<Protocol> {
  const { request, Agent } = await loadHttp(protocol);
  const agent = new Agent({
    keepAlive: true,
    timeout: keptMs,
    ...reading,
    ...(lookup === undefined ? {} : { lookup }),
  });
  return { start: request, agent };
}

/** Node bounds an agent's idle connections for each server only; here it is all of them together. */
function closeIdle({ freeSockets }: Agent): void {
  const idle = Object.values(freeSockets).flatMap((sockets) => sockets ?? []);
  // The connection of the request that has just ended is not among them yet.
  for (const socket of idle.slice(0, Math.max(0, idle.length - maxIdle + 1))) socket.destroy();
}

function headersOf({ headers = {}, body }: Sending): Record<string, string> {
  const sent = Object.entries(headers).filter(([name]) => !connectionHeaders.has(name.toLowerCase()));
  // Node omits the length of a body for methods that usually have none; the server would then read the body as another request.
  if (body !== undefined) sent.push(["content-length", String(Buffer.byteLength(body))]);
  return Object.fromEntries(sent);
}

function answerTo(request: ClientRequest, { idleMs, maxBytes, wantsBody }: SendOptions): Promise<Answer> {
  const silence = setTimeout(() => request.destroy(new Error(`no data arrived for ${idleMs} ms`)), idleMs);
  let informational = 0;
  let isAnswered = false;
  return new Promise((resolve, reject) => {
    request
      .on("error", reject)
      .on("close", () => {
        clearTimeout(silence);
        if (!isAnswered) reject(new Error("the connection was closed"));
      })
      .on("finish", () => silence.refresh())
      .on("information", () => {
        informational += 1;
        if (informational > maxInformational)
          request.destroy(new Error("the server sends too many informational responses"));
      })
      .on("response", (response) => {
        isAnswered = true;
        silence.refresh();
        const head = headOf(response);
        if (wantsBody(head)) {
          const text = readText(response, { maxBytes, onPart: () => silence.refresh() });
          text.then((text) => resolve({ ...head, text }), reject);
        } else {
          response.destroy();
          resolve({ ...head, text: "" });
        }
      });
  });
}

function headOf({ statusCode = 0, rawHeaders }: IncomingMessage): AnswerHead {
  const headers = new Map<string, string[]>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase(); // names and values alternate
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [rawHeaders[at + 1]!]);
    else values.push(rawHeaders[at + 1]!);
  }
  return { status: statusCode, headers };
}
