import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { EgressRequest } from "@ice/core";
import { createEgressClient, type EgressOptions } from "../src/index.ts";
import { egressTo, serve, serveBytes } from "./egress-to.ts";

/** What a request to a server gives, or the message of its failure. */
async function outcomeOf(host: string, request: EgressRequest = {}, options: EgressOptions = {}) {
  try {
    return await egressTo(host, options).request(`http://${host}/`, request);
  } catch (error) {
    expect(error).toMatchObject({ code: "ICE_EGRESS_FAILED", retryable: true });
    return (error as Error).message.replace(`The request to http://${host} failed: `, "");
  }
}

/** A server that answers every request with these bytes, and then does what the test says. */
const serveAnswer = (bytes: string, then: (socket: Socket) => void = () => {}): Promise<string> =>
  serveBytes((socket) => socket.on("data", () => socket.write(bytes, () => then(socket))));

/** Writes the same bytes again and again, once in a turn of the event loop. */
function flood(socket: Socket, bytes: string): void {
  const next = (): void => void (socket.writable && socket.write(bytes, () => setImmediate(next)));
  next();
}

/** Writes the same bytes every 20 ms. */
function drip(socket: Socket, bytes: string): void {
  const timer = setInterval(() => socket.write(bytes), 20);
  socket.on("close", () => clearInterval(timer));
}

const head = "HTTP/1.1 200 OK\r\n";
const chunked = `${head}transfer-encoding: chunked\r\n\r\n`;
const withinSeconds = { timeoutMs: 20_000 };

describe("a server that sends too much", () => {
  test.each([
    ["headers", head, "x-a: 1\r\n".repeat(100), "Parse Error: Header overflow"],
    ["a header", `${head}x-a: `, "a".repeat(1000), "Parse Error: Header overflow"],
    ["a status line", "HTTP/1.1 200 ", "a".repeat(1000), /Parse Error|longer than 2000 ms/],
    ["body without a length", `${head}\r\n`, "x".repeat(1000), "its answer has more than 5000 bytes."],
    [
      "body of a length that never ends",
      `${head}content-length: 9007199254740991\r\n\r\n`,
      "x".repeat(1000),
      "its answer has more than 5000 bytes.",
    ],
    ["chunks", chunked, "3e8\r\n".padEnd(1005, "x") + "\r\n", "its answer has more than 5000 bytes."],
    ["extensions of a chunk", `${chunked}1;`, "a=b;".repeat(5000), "Parse Error: Chunk extensions overflow"],
    ["trailers", `${chunked}1\r\nx\r\n0\r\n`, "x-a: 1\r\n".repeat(100), "Parse Error: Header overflow"],
    [
      "answers such as 103",
      "",
      "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".repeat(10),
      "the server sends too many informational responses.",
    ],
  ])("endless %s", async (_what, bytes, again, message) => {
    let sent = 0;
    const host = await serveAnswer(bytes, (socket) => {
      flood(socket, again);
      socket.on("close", () => (sent = socket.bytesWritten));
    });
    const outcome = await outcomeOf(host, { maxResponseBytes: 5000, timeoutMs: 2000 });
    expect(outcome).toEqual(
      typeof message === "string" ? message.replace(/\.?$/, ".") : expect.stringMatching(message),
    );
    await expect.poll(() => sent).toBeGreaterThan(0); // the connection is closed
  });

  test("a body of compressed zeros is not decompressed", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const host = await serve((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    });
    expect(await outcomeOf(host, withinSeconds)).toMatchObject({ text: bomb.toString("utf8") });
  });

  test("a body in parts of one byte is read, and a fast one over many turns of the event loop", async () => {
    const small = await serveAnswer(`${chunked}${"1\r\nx\r\n".repeat(50_000)}0\r\n\r\n`);
    expect(await outcomeOf(small, withinSeconds)).toMatchObject({ text: "x".repeat(50_000) });
    const bytes = 2 * 1024 * 1024;
    const fast = await serveAnswer(`${head}content-length: ${bytes}\r\n\r\n${"x".repeat(bytes)}`);
    let turns = 0;
    let reads = true;
    const count = (): void => {
      turns += 1;
      if (reads) setImmediate(count);
    };
    count();
    expect(await outcomeOf(fast, { ...withinSeconds, maxResponseBytes: bytes })).toMatchObject({ status: 200 });
    reads = false;
    expect(turns).toBeGreaterThan(bytes / 65_536);
  });
});

describe("a server that is slow", () => {
  test.each([
    ["head", head, "a", "no data arrived for 200 ms."],
    ["answers such as 103", "", "HTTP/1.1 103 Early Hints\r\n\r\n", "no data arrived for 200 ms."],
    ["body", `${head}\r\n`, "x", "it took longer than 600 ms."],
    ["trailer", `${chunked}0\r\n`, "a", "no data arrived for 200 ms."],
  ])("sends its %s byte by byte", async (_what, bytes, again, message) => {
    const host = await serveAnswer(bytes, (socket) => drip(socket, again));
    expect(await outcomeOf(host, { idleMs: 200, timeoutMs: 600 })).toBe(message);
  });

  test("accepts the request and never answers, or stops in the middle", async () => {
    for (const bytes of ["", head, `${head}content-length: 5\r\n\r\n`, `${chunked}5\r\nab`])
      expect(await outcomeOf(await serveAnswer(bytes), { idleMs: 50 })).toBe("no data arrived for 50 ms.");
  });
});

describe("a server that lies", () => {
  test.each([
    ["less body than announced", `${head}content-length: 10\r\n\r\nabc`, "aborted."],
    ["chunks without the last one", `${chunked}3\r\nabc\r\n`, "aborted."],
    ["two lengths", `${head}content-length: 3\r\ncontent-length: 4\r\n\r\nabcd`, /Parse Error/],
    ["a length and chunks", `${head}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, /Parse Error/],
    ["a negative length", `${head}content-length: -1\r\n\r\n`, /Parse Error/],
    ["a length beyond all numbers", `${head}content-length: 99999999999999999999\r\n\r\n`, /Parse Error/],
    ["a chunk beyond all numbers", `${chunked}fffffffffffffffff\r\nx`, /Parse Error/],
    ["a chunk of no number", `${chunked}x\r\nabc\r\n0\r\n\r\n`, /Parse Error/],
    ["another protocol", "SSH-2.0-OpenSSH_9.7\r\n", /Parse Error/],
    ["a head of NUL", `${head}x: a\0b\r\n\r\n`, /Parse Error/],
    ["a name with a blank", `${head}a b: c\r\n\r\n`, /Parse Error/],
    ["nothing", "", "socket hang up."],
    ["half a head", `${head}x-a: 1\r\n`, "socket hang up."],
    ["a change of the protocol", "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", /.+/],
  ])("answers with %s", async (_what, bytes, message) => {
    const host = await serveAnswer(bytes, (socket) => socket.end());
    expect(await outcomeOf(host, withinSeconds)).toEqual(
      typeof message === "string" ? message : expect.stringMatching(message),
    );
  });

  test("resets the connection in the middle of its head or body", async () => {
    for (const bytes of [head, `${head}content-length: 10\r\n\r\nabc`, `${chunked}3\r\nabc\r\n`]) {
      const host = await serveAnswer(bytes, (socket) => setTimeout(() => socket.resetAndDestroy(), 20));
      expect(await outcomeOf(host, withinSeconds)).toBe("read ECONNRESET.");
    }
  });

  test("sends more than it announced: the excess never answers the next request", async () => {
    let connections = 0;
    const host = await serveBytes((socket) => {
      connections += 1;
      const own = `${head}content-length: 2\r\n\r\n0${connections}`;
      socket.on("data", () => socket.write(`${own}HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\ninjected`));
    });
    const egress = egressTo(host);
    expect((await egress.request(`http://${host}/`)).text).toBe("01");
    expect((await egress.request(`http://${host}/`)).text).toBe("02");
  });

  test("sends headers named like members of JavaScript objects", async () => {
    const ownNames = "__proto__: a\r\nconstructor: b\r\ncontent-length: 0\r\n\r\n";
    const answer = await outcomeOf(await serveAnswer(`${head}${ownNames}`));
    expect(Object.entries(typeof answer === "string" ? {} : answer.headers)).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
      ["content-length", "0"],
    ]);
  });

  test("sends a body where none belongs", async () => {
    const full = await serveAnswer(`${head}content-length: 5\r\n\r\nabcde`);
    expect(await outcomeOf(full, { method: "HEAD" })).toMatch(/Parse Error/);
    const none = await serveAnswer("HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nabcde");
    expect(await outcomeOf(none)).toMatch(/Parse Error/);
  });

  test("may send informational responses before its answer", async () => {
    const host = await serveAnswer(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n${head}content-length: 2\r\n\r\nok`,
    );
    expect(await outcomeOf(host, withinSeconds)).toMatchObject({ status: 200, text: "ok" });
  });
});

describe("redirects", () => {
  test("end at a private address, in any spelling, with any status", async () => {
    for (const status of [301, 302, 303, 307, 308])
      for (const location of [
        "http://127.1/",
        "//2130706433/",
        "http://[::ffff:7f00:1]/",
        "http://localhost/",
        "file:///etc/passwd",
      ]) {
        const host = await serve((_request, response) => void response.writeHead(status, { location }).end("x"));
        await expect(egressTo(host).request(`http://${host}/`), location).rejects.toMatchObject({
          code: "ICE_EGRESS_DENIED",
        });
      }
  });

  test("between two servers end, and their endless bodies are not read", async () => {
    const hosts: string[] = [];
    let requests = 0;
    const away = (other: number) => (socket: Socket) =>
      socket.once("data", () => {
        requests += 1;
        socket.write(`HTTP/1.1 302 Found\r\nlocation: http://${hosts[other]}/\r\n\r\n`, () =>
          flood(socket, "x".repeat(1000)),
        );
      });
    hosts.push(await serveBytes(away(1)), await serveBytes(away(0)));
    const outcome = egressTo("", { allow: hosts, maxRedirects: 5 }).request(`http://${hosts[0]}/`);
    await expect(outcome).rejects.toMatchObject({ message: expect.stringContaining("more than 5 times") });
    expect(requests).toBe(6);
  });

  test("to two addresses at once are not followed", async () => {
    const host = await serveAnswer("HTTP/1.1 302 Found\r\nlocation: /a\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n");
    expect(await outcomeOf(host)).toMatchObject({ status: 302, headers: { location: "/a, /b" } });
  });
});

describe("what is sent", () => {
  /** A server that keeps what it is sent. */
  async function listening() {
    let text = "";
    const host = await serveBytes((socket) =>
      socket.on("data", (bytes) => {
        text += bytes.toString("latin1");
        socket.write(`${head}content-length: 0\r\n\r\n`);
      }),
    );
    return { host, sent: () => text };
  }

  test("cannot be split into two requests", async () => {
    const { host, sent } = await listening();
    for (const request of [
      { headers: { "x-a": "1\r\n\r\nGET /secret HTTP/1.1" } },
      { headers: { "x-a\r\nx-b": "1" } },
      { headers: { "x-a": "caf\u0141" } },
      { method: "GET / HTTP/1.1\r\n" },
    ])
      expect(await outcomeOf(host, request)).toMatch(/Invalid character|must be a valid HTTP token/);
    expect(sent()).toBe("");
  });

  test("has the length of its body, whatever the method, and none of the caller's connection headers", async () => {
    const { host, sent } = await listening();
    const headers = {
      Host: "evil.example",
      "Content-Length": "0",
      "transfer-encoding": "chunked",
      connection: "upgrade",
      upgrade: "x",
      expect: "100-continue",
      "x-a": "1",
    };
    await outcomeOf(host, { body: "GET /secret HTTP/1.1\r\n\r\n", headers });
    expect(sent()).toBe(
      `GET / HTTP/1.1\r\nx-a: 1\r\ncontent-length: 24\r\nHost: ${host}\r\nConnection: keep-alive\r\n\r\nGET /secret HTTP/1.1\r\n\r\n`,
    );
  });

  test("a tunnel is not opened", async () => {
    const host = await serveAnswer("HTTP/1.1 200 OK\r\n\r\n");
    expect(await outcomeOf(host, { method: "CONNECT", timeoutMs: 2000 })).toBe("the connection was closed.");
  });
});

describe("connections", () => {
  test("are reused, kept up to a limit, and closed with the client", async () => {
    const open = new Set<Socket>();
    const ports = new Set<number>();
    const hosts = await Promise.all(
      Array.from({ length: 40 }, () =>
        serve((request, response) => {
          ports.add(request.socket.remotePort ?? 0);
          open.add(request.socket.once("close", () => open.delete(request.socket)));
          response.end("ok");
        }),
      ),
    );
    const egress = egressTo("", { allow: hosts });
    for (let time = 0; time < 3; time += 1) await egress.request(`http://${hosts[0]}/`);
    expect(ports.size).toBe(1);
    await Promise.all(hosts.map((host) => egress.request(`http://${host}/`)));
    await expect.poll(() => open.size).toBeLessThanOrEqual(32);
    expect(open.size).toBeGreaterThan(16);
    await Promise.all([egress.close(), egress.close()]);
    await expect.poll(() => open.size).toBe(0);
    await expect(egress.request(`http://${hosts[0]}/`)).rejects.toMatchObject({
      code: "ICE_EGRESS_FAILED",
      message: expect.stringContaining("the client is closed"),
    });
  });

  test("close with the client while a request is in progress, or moving on to the next address", async () => {
    const silent = await serve(() => {});
    const egress = createEgressClient({ allow: [silent] });
    setTimeout(() => void egress.close(), 50);
    await expect(egress.request(`http://${silent}/`)).rejects.toMatchObject({ code: "ICE_EGRESS_FAILED" });
    let requests = 0;
    const host = await serve((_request, response) => {
      requests += 1;
      void redirected.close();
      response.writeHead(302, { location: "/again" }).end();
    });
    const redirected = createEgressClient({ allow: [host] });
    await expect(redirected.request(`http://${host}/`)).rejects.toMatchObject({ code: "ICE_EGRESS_FAILED" });
    expect(requests).toBe(1);
  });
});
