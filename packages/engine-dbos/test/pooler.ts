import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface PoolerOptions {
  /** When a client gives its connection to Postgres back: after each transaction, or at its end. */
  readonly mode: "transaction" | "session";
  /** Which connection that is free is taken next. Default: the one that has become free last, as PgBouncer does. */
  readonly takes?: "last" | "first";
  /** Connections to Postgres. Default 5. */
  readonly size?: number;
}

/** A connection pooler, as PgBouncer is one: it answers the beginning of a connection itself, and passes on what follows. */
export interface Pooler {
  readonly url: string;
  close(): Promise<void>;
}

interface Server {
  readonly socket: Socket;
  client: Client | undefined;
}

interface Client {
  readonly socket: Socket;
  /** What waits for a connection to Postgres. */
  readonly waiting: Buffer[];
  server: Server | undefined;
}

/** Messages of the protocol of Postgres: a letter, a length that includes itself, and the rest. */
function* messagesOf(received: { rest: Buffer }, data: Buffer): Generator<Buffer> {
  received.rest = Buffer.concat([received.rest, data]);
  while (received.rest.length >= 5 && received.rest.length > received.rest.readInt32BE(1)) {
    const end = received.rest.readInt32BE(1) + 1;
    yield received.rest.subarray(0, end);
    received.rest = received.rest.subarray(end);
  }
}

const message = (letter: string, ...values: readonly number[]): Buffer => {
  const buffer = Buffer.alloc(5 + 4 * values.length);
  buffer.write(letter);
  buffer.writeInt32BE(buffer.length - 1, 1);
  for (const [index, value] of values.entries()) buffer.writeInt32BE(value, 5 + 4 * index);
  return buffer;
};
const ready = Buffer.concat([message("Z"), Buffer.from("I")]);
ready.writeInt32BE(5, 1);

function startup(user: string, database: string): Buffer {
  const text = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(text.length + 8, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, text]);
}

export async function startPooler(target: string, { mode, takes = "last", size = 5 }: PoolerOptions): Promise<Pooler> {
  const { hostname, port, username, pathname } = new URL(target);
  const free: Server[] = [];
  const queue: Client[] = [];
  const sockets = new Set<Socket>();

  /** Gives connections that are free to clients that wait. */
  const match = (): void => {
    while (free.length > 0 && queue.length > 0) {
      const client = queue.shift()!;
      const server = takes === "last" ? free.pop()! : free.shift()!;
      [client.server, server.client] = [server, client];
      for (const data of client.waiting.splice(0)) server.socket.write(data);
    }
  };
  const release = (server: Server): void => {
    if (server.client !== undefined) server.client.server = undefined;
    server.client = undefined;
    free.push(server);
    match();
  };

  const begin = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect({ port: Number(port), host: hostname, noDelay: true });
      sockets.add(socket);
      const server: Server = { socket, client: undefined };
      const received = { rest: Buffer.alloc(0) };
      let isReady = false;
      socket.on("error", () => {});
      socket.on("data", (data: Buffer) => {
        for (const one of messagesOf(received, data)) {
          const { client } = server;
          if (isReady) client?.socket.write(one);
          const isIdle = one[0] === 0x5a && one[5] === 0x49; // ReadyForQuery outside of a transaction
          if (!isIdle || (isReady && mode === "session" && client !== undefined)) continue;
          isReady = true;
          release(server);
          resolve();
        }
      });
      socket.write(startup(username, pathname.slice(1)));
    });
  for (let n = 0; n < size; n += 1) await begin();

  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const client: Client = { socket, waiting: [], server: undefined };
    const received = { rest: Buffer.alloc(0) };
    let hasBegun = false;
    socket.on("error", () => {});
    socket.on("close", () => {
      if (client.server === undefined) return;
      // A session is not used again: it would have to be reset.
      if (mode === "transaction") release(client.server);
      else client.server.socket.destroy();
      if (mode === "session") void begin();
    });
    socket.on("data", (data: Buffer) => {
      if (!hasBegun) {
        hasBegun = true;
        socket.write(Buffer.concat([message("R", 0), message("K", 1_000_000_000 + sockets.size, 7), ready]));
        return;
      }
      for (const one of messagesOf(received, data)) {
        if (one[0] === 0x58) socket.end();
        else if (client.server === undefined) {
          if (client.waiting.push(one) === 1) queue.push(client);
        } else client.server.socket.write(one);
      }
      match();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const url = new URL(target);
  url.port = String((listener.address() as AddressInfo).port);
  return {
    url: url.href,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        listener.close(() => resolve());
      }),
  };
}
