import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A connection to Postgres through a proxy that can break it. */
export interface Proxy {
  /** The same address through the proxy. */
  readonly url: string;
  /** How many statements or answers were lost, or channels exchanged. */
  readonly losses: number;
  /** The next statement whose text or name matches reaches Postgres, but its answer is lost with the connection. */
  loseAnswerTo(pattern: RegExp): void;
  /** The next statement that matches is lost with the connection. */
  loseStatement(pattern: RegExp): void;
  /** The connection of the next statement that matches breaks down without a word: nothing arrives on it any more. */
  freezeAt(pattern: RegExp): void;
  /** From now on notes do not arrive: who wants to listen to a channel listens to another one. */
  dropNotes(): void;
  /** Breaks all connections, and refuses further ones until `resume`. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let answer: RegExp | undefined;
  let statement: RegExp | undefined;
  let frozen: RegExp | undefined;
  let isPaused = false;
  let dropsNotes = false;
  let losses = 0;
  const server = createServer((client) => {
    if (isPaused) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    let isMute = false;
    let isFrozen = false;
    const end = (): void => {
      for (const socket of [client, upstream]) {
        socket.destroy();
        sockets.delete(socket);
      }
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", end);
      socket.on("close", end);
    }
    client.on("data", (data) => {
      const text = data.toString("latin1");
      if (frozen?.test(text)) [frozen, isFrozen] = [undefined, true];
      if (isFrozen) return;
      if (statement?.test(text)) {
        statement = undefined;
        losses += 1;
        end();
        return;
      }
      if (answer?.test(text)) [answer, isMute] = [undefined, true];
      const isDeaf = dropsNotes && text.includes('LISTEN "ice_');
      if (isDeaf) losses += 1;
      upstream.write(isDeaf ? Buffer.from(text.replace('LISTEN "ice_', 'LISTEN "no__'), "latin1") : data);
    });
    // An answer means that Postgres has done what it was asked to.
    upstream.on("data", (data) => {
      if (isMute) {
        losses += 1;
        end();
      } else client.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    get losses() {
      return losses;
    },
    loseAnswerTo: (pattern) => void (answer = pattern),
    loseStatement: (pattern) => void (statement = pattern),
    freezeAt: (pattern) => void (frozen = pattern),
    dropNotes: () => void (dropsNotes = true),
    pause() {
      isPaused = true;
      for (const socket of sockets) socket.destroy();
    },
    resume: () => void (isPaused = false),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
