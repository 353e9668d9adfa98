import { join } from "node:path";
import { createApi, startServer } from "@ice/api";
import { AccessTokens, createRuntime, RunHost } from "@ice/core";
import { initializeOrchestrator } from "@ice/orchestrator";
import { Hono } from "hono";

/** A server in a process of its own, with its store in a folder: sends its address, and its memory whenever it is asked. */
const [engine, folder] = process.argv.slice(2);
const { url, token } = engine === "hono" ? await bare() : await ice(folder!);
process.on("message", () => {
  globalThis.gc?.();
  process.send!({ rssBytes: process.memoryUsage().rss });
});
process.send!({ url, token });

/** The limit: a handler that reads a JSON body and answers, without tokens, checks, a store or runs. */
async function bare() {
  const app = new Hono();
  app.get("/livez", (context) => context.text("ok"));
  app.post("/v1/runs", async (context) =>
    context.json({ runId: (await context.req.json<{ runId: string }>()).runId }, 202),
  );
  const server = await startServer({ fetch: async (request) => app.fetch(request) }, { port: 0 });
  return { url: server.url, token: "" };
}

/** ice on a file, as `ice serve` starts it, with limits that do not slow the load down. */
async function ice(folder: string) {
  const runtime = createRuntime();
  const sleep = (id: string, ms: number, dependencies: readonly string[]) => ({
    id,
    type: "tool",
    toolName: "sleep",
    toolArgs: { ms },
    dependencies,
  });
  const echo = (id: string, dependencies: readonly string[]) => ({
    id,
    type: "tool",
    toolName: "echo",
    toolArgs: { id },
    dependencies,
  });
  const nodes = [echo("a", []), sleep("b", 200, ["a"]), echo("c", ["b"]), sleep("d", 200, ["c"]), echo("e", ["d"])];
  await initializeOrchestrator({
    runtime,
    store: `sqlite:${join(folder, "ice.db")}`,
    workflows: [{ schemaVersion: "ice/v1", name: "work", nodes }],
    staySeconds: 5,
  });
  const limits = { requestsPerSecond: 100_000, burst: 100_000, streams: 2000, streamsPerToken: 2000 };
  const api = createApi(runtime, { limits });
  const server = await startServer(api, { port: 0 });
  await runtime.use(RunHost).open();
  const { token } = await runtime.use(AccessTokens).create({ name: `bench ${process.pid}`, scopes: ["read", "run"] });
  return { url: server.url, token };
}
