import type { RequestListener } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";

/** A server on a free port of 127.0.0.1. */
export interface LoopbackServer {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Closes the server and all its connections. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP server for one test.
 *
 * @param onRequest - answers requests, as with `createServer` of `node:http`.
 */
export async function serveHttp(onRequest: RequestListener): Promise<LoopbackServer> {
  const { createServer } = await import("node:http"); // loads slowly, and few tests need it
  return listen(createServer(onRequest));
}

/**
 * Starts a TCP server for tests that send arbitrary bytes.
 *
 * @param onConnection - receives every connection. Errors of a connection, such as a reset by the client, are ignored.
 */
export async function serveTcp(onConnection: (socket: Socket) => void): Promise<LoopbackServer> {
  const { createServer } = await import("node:net");
  return listen(createServer((socket) => onConnection(socket.on("error", () => {}))));
}

async function listen(server: Server): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve()); // fails only if it is closed already
        for (const socket of sockets) socket.destroy();
      }),
  };
}
