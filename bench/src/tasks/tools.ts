import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createRuntime,
  LanguageModelService,
  ToolExecutionService,
  type LanguageModelService as Models,
  type NodeInput,
} from "@ice/core";
import { createSecretService } from "@ice/host";
import { mcp, trustServers } from "@ice/mcp";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { toolPack } from "@ice/tools";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { startModelServer } from "./model-server.ts";

const server = { command: process.execPath, args: [join(import.meta.dirname, "mcp-server.js")] };

/** Milliseconds of one call of an MCP tool over stdio, in rounds that alternate: with the client alone, and through ice. */
export async function measureMcp({
  rounds,
  calls,
}: {
  readonly rounds: number;
  readonly calls: number;
}): Promise<{ readonly client: readonly number[]; readonly ice: readonly number[] }> {
  const directory = await mkdtemp(join(tmpdir(), "ice-bench-mcp-"));
  const client = new Client({ name: "bench", version: "1" });
  await client.connect(new StdioClientTransport(server));
  const options = { servers: { s: server }, directory };
  await trustServers(options);
  const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime(), plugins: [mcp(options)] });
  const tools = runtime.use(ToolExecutionService);
  const ways = {
    client: (n: number) => client.callTool({ name: "same", arguments: { n } }),
    ice: (n: number) => tools.execute("s.same", { n }),
  };
  const figures = { client: [] as number[], ice: [] as number[] };
  for (let round = -3; round < rounds; round += 1)
    for (const way of ["client", "ice"] as const) {
      const started = performance.now();
      for (let n = 0; n < calls; n += 1) await ways[way](n);
      if (round >= 0) figures[way].push((performance.now() - started) / calls); // the others warm up
    }
  await close();
  await client.close();
  await rm(directory, { recursive: true });
  return figures;
}

/** Microseconds for each KiB of text that is searched for the values of secrets, of which it contains none. */
export async function measureScrubbing({
  rounds,
  secrets,
}: {
  readonly rounds: number;
  readonly secrets: number;
}): Promise<readonly number[]> {
  const names = Array.from({ length: secrets }, (_, index) => `KEY_${index}`);
  const service = createSecretService({
    secrets: Object.fromEntries(names.map((name) => [name, { env: name, hosts: ["*"] }])),
    env: Object.fromEntries(names.map((name, index) => [name, `sk-${index}-Zm9v/YmFy+${index}9a8b7c6d5e4f`])),
  });
  for (const name of names) service.resolve(name);
  const kib = 1024;
  const text = "The quick brown fox jumps over the lazy dog, 0123456789 times. ".repeat(17).slice(0, kib).repeat(kib);
  const figures: number[] = [];
  for (let round = -3; round < rounds; round += 1) {
    const started = performance.now();
    const shown = service.scrub(text);
    const us = (performance.now() - started) * 1000;
    if (shown !== text) throw new Error("a text without secrets was changed");
    if (round >= 0) figures.push(us / kib); // the others warm up
  }
  return figures;
}

/** Milliseconds from an abort of a run until the server of a tool sees its connection closed. An agent has called the tool. */
export async function measureToolAborts({ aborts }: { readonly aborts: number }): Promise<readonly number[]> {
  const web = await startModelServer(0);
  const call = { id: "c", name: "http_request", arguments: JSON.stringify({ url: `http://${web.host}/hang/` }) };
  const models: Models = {
    describe: (model) => [{ model }],
    list: () => ({ models: [], aliases: {}, pricesDate: "" }),
    generate: async () => ({ text: "", toolCalls: [call], finishReason: "tool-calls", usage: {}, warnings: [] }),
  };
  const runtime = createRuntime();
  runtime.provide(LanguageModelService, models);
  const { close } = await initializeOrchestrator({ runtime, plugins: [toolPack()], allow: { http: [web.host] } });
  const node: NodeInput = { id: "a", type: "agent", model: "near/m", tools: ["http_request"], input: "go" } as const;
  const workflow = new Workflow([node], { name: "abort", runtime });
  const figures: number[] = [];
  for (let abort = 0; abort < aborts; abort += 1) {
    const controller = new AbortController();
    const request = web.next();
    const ended = workflow.execute({}, { signal: controller.signal });
    const { closed } = await request;
    const started = performance.now();
    controller.abort();
    figures.push((await closed) - started);
    const { status } = await ended;
    if (status !== "cancelled") throw new Error(`the run is ${status}`);
  }
  await close();
  web.close();
  return figures;
}
