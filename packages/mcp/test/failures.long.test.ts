import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkServer, trustServers } from "../src/index.ts";
import { directoryWith, scripted, served, serveScript, start, text } from "./served.ts";

const alive = { name: "t", result: text("alive") };
const slowness = Number(process.env["ICE_TEST_SLOWNESS"] ?? 1);
const is = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const pidOf = async (call: (name: string) => Promise<unknown>): Promise<number> =>
  Number(((await call("s.pid")) as { text: string }).text);
const pid = { name: "pid", result: text("%pid%") };

describe("a server that fails", () => {
  test.each([
    ["dies", { exit: 9 }, "ended with the code 9"],
    ["dies with words", { stderr: "out of\nmemory", exit: 1 }, "ended with the code 1: out of memory"],
    ["is silent", { hang: true }, "did not answer within 0.5 s"],
    ["answers with noise", { text: "}{ not JSON", hang: true }, "did not answer within 0.5 s"],
    [
      "answers another request",
      { text: JSON.stringify({ jsonrpc: "2.0", id: 999, result: {} }), hang: true },
      "did not answer",
    ],
  ])("%s: the next call restarts it", async (_name, act, message) => {
    const { call, events } = await served({ tools: [{ name: "bad", act }, alive, pid] }, { timeoutSeconds: 0.5 });
    const before = await pidOf(call);
    await expect(call("s.bad")).rejects.toMatchObject({
      code: "ICE_MCP_UNAVAILABLE",
      message: expect.stringContaining(message),
      retryable: true,
    });
    expect(await call("s.t")).toEqual({ text: "alive", blocks: [] });
    expect(events.map(({ type }) => type)).toEqual(["mcp.connected", "mcp.disconnected", "mcp.connected"]);
    expect(await pidOf(call)).not.toBe(before);
    await expect.poll(() => is(before)).toBe(false);
  });

  test.each(["line", "messages"])("floods with %s: it is ended, and restarted for the next call", async (flood) => {
    const { call } = await served(
      { tools: [{ name: "bad", act: { flood, hang: true } }, alive, pid] },
      { timeoutSeconds: 30 },
    );
    const before = await pidOf(call);
    await expect(call("s.bad")).rejects.toMatchObject({ code: "ICE_MCP_LIMIT" });
    expect(await call("s.t")).toEqual({ text: "alive", blocks: [] });
    await expect.poll(() => is(before)).toBe(false);
  });

  test("says why: the end of what it wrote is in the message, without secrets, wherever they are cut", async () => {
    const canary = "canary-value-0123456789";
    const reason = `No access for ${canary}: out of ${"memory ".repeat(60)}`;
    const stderr = `${"x".repeat(5000)}${canary}${"y".repeat(2038 - reason.length)}${reason}`;
    const { call } = await served(
      { tools: [{ name: "bad", act: { stderr, exit: 1 } }] },
      { env: { TOKEN: "secret://TOKEN" } },
      { env: { ...process.env, TOKEN: canary } },
    );
    const error: unknown = await call("s.bad").catch((thrown: unknown) => thrown);
    expect((error as Error).message).toMatch(
      /^The MCP server "s" ended with the code 1: …y{20,}No access for \[secret:TOKEN\]: out of (?:memory ?){60}$/,
    );
  });

  test("does not start", async () => {
    const directory = directoryWith({ "script.json": { tools: [], startup: { stderr: "no license", exit: 3 } } });
    const servers = {
      s: scripted(),
      n: { command: "ice-no-such-program" },
      w: scripted("script.json", { cwd: "nowhere" }),
    };
    const trust = (id: string) => trustServers({ directory, servers }, { id });
    await expect(trust("s")).rejects.toMatchObject({
      code: "ICE_MCP_UNAVAILABLE",
      message: expect.stringContaining("ended with the code 3: no license"),
    });
    await expect(trust("n")).rejects.toMatchObject({
      code: "ICE_MCP_UNAVAILABLE",
      message: expect.stringContaining("ENOENT"),
    });
    await expect(trust("w")).rejects.toMatchObject({ code: "ICE_MCP_UNAVAILABLE" });
  });

  test.each(["initialize", "tools/list"])("is silent at %s: it is ended after connectSeconds", async (method) => {
    const directory = directoryWith({ "script.json": { tools: [], on: { [method]: { hang: true } } } });
    const started = performance.now();
    const options = { directory, servers: { s: scripted("script.json", { connectSeconds: 1 }) } };
    await expect(trustServers(options)).rejects.toMatchObject({
      code: "ICE_MCP_UNAVAILABLE",
      message: expect.stringMatching(/within 1 s/),
    });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("lists tools endlessly", async () => {
    const page = { tools: [{ name: "t", inputSchema: { type: "object" } }], nextCursor: "more" };
    const directory = directoryWith({ "script.json": { tools: [], on: { "tools/list": { result: page } } } });
    await expect(trustServers({ directory, servers: { s: scripted() } })).rejects.toMatchObject({
      code: "ICE_MCP_UNAVAILABLE",
      message: expect.stringContaining("64 pages"),
    });
  });
});

describe("over HTTP, a server", () => {
  const over = async (script: object, more = {}) => {
    const directory = directoryWith({});
    const url = await serveScript(directory, { tools: [alive], ...script });
    return { directory, servers: { s: { url, ...more } } };
  };

  test.each([
    ["that redirects is not followed", { redirect: "http://127.0.0.1:1/elsewhere" }, { retryable: true }],
    [
      "that refuses",
      { status: 401 },
      { retryable: false, message: expect.stringContaining("refused the request with 401") },
    ],
    ["that fails", { status: 500 }, { retryable: true }],
    ["that is silent", { on: { initialize: { hang: true } } }, { message: expect.stringContaining("within 1 s") }],
  ])("%s", async (_name, script, error) => {
    await expect(trustServers(await over(script, { connectSeconds: 1 }))).rejects.toMatchObject({
      code: "ICE_MCP_UNAVAILABLE",
      ...error,
    });
  });

  test("that does not exist", async () => {
    const options = { directory: directoryWith({}), servers: { s: { url: "http://127.0.0.1:1/mcp" } } };
    await expect(trustServers(options)).rejects.toMatchObject({
      code: "ICE_MCP_UNAVAILABLE",
      message: expect.stringContaining("cannot be reached"),
    });
  });

  test("that is silent in a call, or floods, is connected to again", async () => {
    const tools = [
      alive,
      { name: "silent", act: { hang: true } },
      { name: "flood", result: text("x".repeat(5 * 1024 * 1024)) },
    ];
    const options = await over({ tools }, { timeoutSeconds: 1 });
    await trustServers(options);
    const { call } = await start(options);
    await expect(call("s.silent")).rejects.toMatchObject({ code: "ICE_MCP_UNAVAILABLE" });
    await expect(call("s.flood")).rejects.toMatchObject({ code: "ICE_MCP_LIMIT" });
    expect(await call("s.t")).toEqual({ text: "alive", blocks: [] });
  });
});

describe("an abort", () => {
  test.each([false, true])("ends a call immediately, and the server keeps running; over HTTP: %s", async (http) => {
    const script = { tools: [alive, { name: "slow", act: { hang: true } }] };
    const directory = directoryWith({ "script.json": script });
    const options = { directory, servers: { s: http ? { url: await serveScript(directory, script) } : scripted() } };
    await trustServers(options);
    const { call } = await start(options);
    await call("s.t");
    const controller = new AbortController();
    const slow = call("s.slow", {}, { signal: controller.signal });
    await new Promise((done) => setTimeout(done, 50));
    const aborted = performance.now();
    controller.abort(new Error("enough"));
    await expect(slow).rejects.toThrow("enough");
    expect(performance.now() - aborted).toBeLessThan(500);
    expect(await call("s.t")).toEqual({ text: "alive", blocks: [] });
    await expect(call("s.t", {}, { signal: controller.signal })).rejects.toThrow("enough");
  });

  test("while a server starts does not affect the other calls", async () => {
    const { call, directory } = await served({ tools: [alive] });
    writeFileSync(join(directory, "script.json"), JSON.stringify({ tools: [alive], startup: { delayMs: 300 } }));
    const controller = new AbortController();
    const [one, other] = [call("s.t", {}, { signal: controller.signal }), call("s.t")];
    controller.abort(new Error("enough"));
    await expect(one).rejects.toThrow("enough");
    expect(await other).toEqual({ text: "alive", blocks: [] });
  });
});

test.each([
  ["that ends with its input", {}],
  ["that ignores the end of its input and SIGTERM", { stays: true }],
])("closing ends a server %s within 250 ms, with its child processes", async (_name, script) => {
  const { call, close } = await served({ tools: [pid], ...script });
  const server = await pidOf(call);
  const started = performance.now();
  await close();
  expect(performance.now() - started).toBeLessThan(250 * slowness);
  expect(is(server)).toBe(false);
  await expect(call("s.pid")).rejects.toMatchObject({ code: "ICE_MCP_UNAVAILABLE" });
});

test("closing ends a server that is silent during its start", async () => {
  const { call, close, directory } = await served({ tools: [alive] }, { connectSeconds: 60 });
  writeFileSync(join(directory, "script.json"), JSON.stringify({ tools: [], on: { initialize: { hang: true } } }));
  const calling = call("s.t").catch((error: unknown) => error);
  await new Promise((done) => setTimeout(done, 300));
  const started = performance.now();
  await close();
  expect(performance.now() - started).toBeLessThan(250 * slowness);
  expect(await calling).toMatchObject({ code: "ICE_MCP_UNAVAILABLE" });
});

test.each([
  ["trusting", (options: object, signal: AbortSignal) => trustServers(options, { signal })],
  ["a check", (options: object, signal: AbortSignal) => checkServer(options, "s", { signal })],
])("%s can be cancelled, and ends the server", async (_name, work) => {
  const { directory } = await served({ tools: [alive] });
  const script = { tools: [], on: { initialize: { text: "not yet", hang: true } }, startup: { pidFile: "pid" } };
  writeFileSync(join(directory, "script.json"), JSON.stringify(script));
  const controller = new AbortController();
  const working = work(
    { directory, servers: { s: scripted("script.json", { connectSeconds: 60 }) } },
    controller.signal,
  );
  working.catch(() => {});
  await expect.poll(() => existsSync(join(directory, "pid"))).toBe(true);
  const started = Number(readFileSync(join(directory, "pid"), "utf8"));
  controller.abort(new Error("enough"));
  await expect(working).rejects.toThrow("enough");
  await expect.poll(() => is(started)).toBe(false);
});

test("a check reports what is wrong with a server", async () => {
  const directory = directoryWith({ "script.json": { tools: [alive] } });
  const options = { directory, servers: { s: scripted() } };
  await expect(checkServer(options, "s")).rejects.toMatchObject({ code: "ICE_MCP_UNTRUSTED" });
  await trustServers(options);
  expect(await checkServer(options, "s")).toBe(1);
  writeFileSync(join(directory, "script.json"), JSON.stringify({ tools: [] }));
  await expect(checkServer(options, "s")).rejects.toMatchObject({ code: "ICE_MCP_CHANGED" });
});
