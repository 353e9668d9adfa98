import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { IceError, messageOf } from "@ice/core";
import type { RequestEnv } from "../options/api-options.ts";

/** Limits of connections. Every one has a default. */
export interface ServerLimits {
  /** Bytes of the headers of a request. Default 16 KiB. */
  readonly headerBytes: number;
  /** Time for the headers of a request, in milliseconds. Default 10,000. */
  readonly headersMs: number;
  /** Time for a whole request, in milliseconds. Default 30,000. */
  readonly requestMs: number;
  /** Time between two requests on a connection, in milliseconds. Default 5,000. */
  readonly keepAliveMs: number;
  /** Open connections. Default 2,000. */
  readonly connections: number;
  /** A client that takes nothing of an answer for this time, in milliseconds, is disconnected. Default 30,000. */
  readonly stalledMs: number;
}

/** Options of `startServer`. */
export interface ServerOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** 0: any that is free. Default 4747. */
  readonly port?: number | undefined;
  readonly limits?: Partial<ServerLimits> | undefined;
}

/** A server that listens. */
export interface RunningServer {
  /** `http://127.0.0.1:4747`. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more connections, and ends those that are without a request. Resolves when all are closed.
   *
   * @param options.withinMs - requests that are in progress then are broken off, such as streams whose readers take nothing. Default 5,000.
   */
  close(options?: { readonly withinMs?: number | undefined }): Promise<void>;
}

const defaultLimits: ServerLimits = {
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 5000,
  connections: 2000,
  stalledMs: 30_000,
};

/**
 * Serves requests over HTTP.
 *
 * @param api - e.g. the result of `createApi`.
 * @throws IceError `ICE_PORT_IN_USE`.
 */
export async function startServer(
  api: { fetch(request: Request, env: RequestEnv): Promise<Response> },
  { host = "127.0.0.1", port = 4747, limits }: ServerOptions = {},
): Promise<RunningServer> {
  const given = { ...defaultLimits, ...limits };
  const { headerBytes, headersMs, requestMs, keepAliveMs, connections, stalledMs } = given;
  const server = createServer(
    {
      maxHeaderSize: headerBytes,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: keepAliveMs,
      // Otherwise the timeouts act up to 30 s late.
      connectionsCheckingInterval: 500,
    },
    listenerOf(api, stalledMs),
  );
  server.maxConnections = connections;
  await listen(server, host, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    port: bound,
    close: ({ withinMs = 5000 } = {}) => close(server, withinMs),
  };
}

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

const envKey = Symbol("env");

function listenerOf(api: { fetch(request: Request, env: RequestEnv): Promise<Response> }, stalledMs: number): Listener {
  const respond = getRequestListener(
    (request, { incoming }) => api.fetch(request, (incoming as IncomingMessage & { [envKey]: RequestEnv })[envKey]),
    { overrideGlobalObjects: false, errorHandler: () => new Response(null, { status: 400 }) },
  );
  return (incoming, outgoing) => {
    const env = envOf(incoming, outgoing);
    // Called when nothing has moved for this time: a stream without news waits, one that its client does not read is in the way.
    outgoing.setTimeout(stalledMs, () => {
      if (incoming.socket.writableLength > 0) outgoing.destroy();
    });
    // The address that the API sees is not the client's to choose: what it has sent is checked by the API itself.
    incoming.headers.host = "localhost";
    incoming.url = pathOf(env.target ?? "/");
    void respond(Object.assign(incoming, { [envKey]: env }), outgoing);
  };
}

function envOf(incoming: IncomingMessage, outgoing: ServerResponse): RequestEnv {
  const { rawHeaders, url: target = "/", socket } = incoming;
  const hosts = rawHeaders.filter((_value, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === "host");
  return { address: socket.remoteAddress, hosts, target, disconnect: () => void outgoing.destroy() };
}

/** The path of a target, which may be an absolute address; the root for anything else, which the API refuses. */
function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, "");
  return path.startsWith("/") ? path.replaceAll("\\", "%5C") : `/${path.startsWith("?") ? path : ""}`;
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): IceError {
  const details = { host, port };
  if (cause.code === "EADDRINUSE")
    return new IceError("ICE_PORT_IN_USE", `Another program listens on port ${port} of ${host}.`, {
      fix: "choose another port with --port, or 0 for any that is free",
      details,
      cause,
    });
  return new IceError("ICE_USAGE", `The server cannot listen on port ${port} of ${host}: ${messageOf(cause)}.`, {
    fix: "choose another host or port",
    details,
    cause,
  });
}

/** How often connections are looked at whose last request may have ended. */
const closingMs = 50;

async function close(server: Server, withinMs: number): Promise<void> {
  if (!server.listening) return;
  const idle = setInterval(() => server.closeIdleConnections(), closingMs);
  const all = setTimeout(() => server.closeAllConnections(), withinMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearInterval(idle);
  clearTimeout(all);
}
