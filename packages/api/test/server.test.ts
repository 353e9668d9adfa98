import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { IceError, RunHost } from "@ice/core";
import { afterEach, expect, test } from "vitest";
import { startServer, type RunningServer, type ServerLimits } from "../src/index.ts";
import { serve } from "./serve.ts";

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

const answering = async (limits?: Partial<ServerLimits>): Promise<RunningServer> => {
  const server = await startServer({ fetch: async () => new Response("ok") }, { port: 0, limits });
  running.push(server);
  return server;
};

test("a port that is taken is named, and another one is suggested", async () => {
  const { port } = await answering();
  const failed = startServer({ fetch: async () => new Response() }, { port });
  await expect(failed).rejects.toMatchObject({
    code: "ICE_PORT_IN_USE",
    message: expect.stringContaining(String(port)),
  });
  await expect(failed).rejects.toSatisfy((error) => IceError.is(error) && error.fix?.includes("--port") === true);
});

test("a host that is not of this machine is an error of the options", async () => {
  const failed = startServer({ fetch: async () => new Response() }, { port: 0, host: "203.0.113.1" });
  await expect(failed).rejects.toMatchObject({ code: "ICE_USAGE" });
});

test("it listens on the loopback address alone, and can be closed twice", async () => {
  const server = await startServer({ fetch: async () => new Response("ok") }, { port: 0 });
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  expect(await (await fetch(server.url)).text()).toBe("ok");
  await server.close();
  await server.close();
  await expect(fetch(server.url)).rejects.toThrow();
});

test("requests end before it is closed, and are broken off after a time", async () => {
  const gate = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const answer = async (request: Request): Promise<Response> => {
    arrived.resolve();
    await (request.url.endsWith("/held") ? gate.promise : new Promise(() => undefined));
    return new Response("late");
  };
  const patient = await startServer({ fetch: answer }, { port: 0 });
  const held = fetch(`${patient.url}/held`);
  await arrived.promise;
  const closed = patient.close();
  gate.resolve();
  expect(await (await held).text()).toBe("late");
  await closed;
  const brief = await startServer({ fetch: answer }, { port: 0 });
  const broken = fetch(`${brief.url}/forever`);
  const outcome = broken.catch((error: unknown) => String(error));
  await brief.close({ withinMs: 100 });
  expect(await outcome).toContain("fetch failed");
});

test("headers that do not end are not waited for", async () => {
  const served = await serve({ server: { limits: { headersMs: 300, requestMs: 600 } } });
  running.push(served);
  expect(await served.raw("GET /livez HTTP/1.1\r\nhost: localhost\r\nx: ")).toMatch(/^HTTP\/1\.1 408 /);
  const slow = [
    "POST /v1/runs HTTP/1.1",
    "host: localhost",
    `authorization: Bearer ${served.token}`,
    "content-type: application/json",
    "content-length: 100",
  ];
  expect(await served.raw(`${slow.join("\r\n")}\r\n\r\n{"workflow":`)).toMatch(/^(HTTP\/1\.1 (400|408) |$)/);
  expect((await served.send("/livez")).status).toBe(200);
  expect(served.reports).toEqual([]);
});

test("headers have a limit", async () => {
  const served = await serve();
  running.push(served);
  const flood = Array.from({ length: 200 }, (_, index) => `x-${index}: ${"y".repeat(200)}`).join("\r\n");
  expect(await served.raw(`GET /livez HTTP/1.1\r\nhost: localhost\r\n${flood}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
});

test("bytes that are no HTTP are refused, and reveal nothing about the server", async () => {
  const served = await serve();
  running.push(served);
  for (const bytes of [
    "hello\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "GET /livez HTTP/1.1\r\n\r\n",
    "\u0016\u0003\u0001\r\n\r\n",
  ]) {
    const answer = await served.raw(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toMatch(/\n\s+at |node_modules/);
  }
});

test("a client that does not read is disconnected, whatever is answered, and one that waits for news is not", async () => {
  const ends = new Map<string, string>();
  const large = new Uint8Array(1_000_000);
  const answer = async ({ url, signal }: Request): Promise<Response> => {
    const path = new URL(url).pathname;
    signal.addEventListener("abort", () => ends.set(path, "disconnected"));
    if (path === "/document") return new Response(new Uint8Array(64_000_000));
    if (path === "/stream")
      return new Response(
        new ReadableStream({ pull: (controller) => controller.enqueue(large) }, { highWaterMark: 0 }),
      );
    const news = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      await setTimeout(700);
      controller.enqueue(new TextEncoder().encode("news"));
      controller.close();
    };
    return new Response(new ReadableStream({ pull: news }, { highWaterMark: 0 }));
  };
  const server = await startServer({ fetch: answer }, { port: 0, limits: { stalledMs: 200 } });
  running.push(server);
  const sockets = ["/document", "/stream"].map((path) => {
    const socket = connect(server.port, "127.0.0.1")
      .pause()
      .on("error", () => undefined);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    return socket;
  });
  expect(await (await fetch(`${server.url}/news`)).text()).toBe("news");
  await expect
    .poll(() => [ends.get("/document"), ends.get("/stream")], { timeout: 5000 })
    .toEqual(["disconnected", "disconnected"]);
  expect(ends.has("/news")).toBe(false);
  for (const socket of sockets) socket.destroy();
});

test("a server that is starting or stopping is not ready, and lives", async () => {
  const served = await serve();
  running.push(served);
  const host = served.runtime.use(RunHost);
  for (const state of ["starting", "draining"]) {
    Object.defineProperty(host, "state", { value: state, configurable: true });
    const { status, json } = await served.send("/readyz", { token: null });
    expect([status, json()]).toEqual([503, { status: state }]);
    expect((await served.send("/livez", { token: null })).status).toBe(200);
  }
});
