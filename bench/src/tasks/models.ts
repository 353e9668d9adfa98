import { createRuntime, LanguageModelService, type NodeInput } from "@ice/core";
import { createLanguageModels, type LanguageModels } from "@ice/llm";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { startModelServer, type ModelFormat } from "./model-server.ts";

/** The use of an adapter without ice. */
const adapters = {
  "openai-compatible": async (baseURL: string) =>
    (await import("@ai-sdk/openai-compatible")).createOpenAICompatible({ name: "bare", baseURL })("m"),
  openai: async (baseURL: string) =>
    (await import("@ai-sdk/openai")).createOpenAI({ apiKey: "k", baseURL }).responses("m"),
  anthropic: async (baseURL: string) =>
    (await import("@ai-sdk/anthropic")).createAnthropic({ apiKey: "k", baseURL })("m"),
  google: async (baseURL: string) =>
    (await import("@ai-sdk/google")).createGoogleGenerativeAI({ apiKey: "k", baseURL })("m"),
};

const never = new AbortController().signal;

/** CPU time of this process in microseconds for each token, in rounds that take turns. */
export async function measureTokens({
  format,
  host,
  tokens,
  rounds,
}: {
  readonly format: ModelFormat;
  readonly host: string;
  readonly tokens: number;
  readonly rounds: number;
}): Promise<{ readonly bare: readonly number[]; readonly ice: readonly number[] }> {
  const baseUrl = `http://${host}/v1`;
  const models = modelsAt(format, baseUrl);
  const ways = { bare: () => askAdapter(format, baseUrl), ice: () => ask(models, never) };
  const figures = { bare: [] as number[], ice: [] as number[] };
  for (let round = -3; round < rounds; round += 1)
    for (const way of ["bare", "ice"] as const) {
      const before = process.cpuUsage();
      await ways[way]();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) figures[way].push((user + system) / tokens); // the others warm up
    }
  await models.close();
  return figures;
}

/** Milliseconds from an abort until the server sees the connection closed. */
export async function measureAborts({
  format,
  aborts,
}: {
  readonly format: ModelFormat;
  readonly aborts: number;
}): Promise<{ readonly hang: readonly number[]; readonly stall: readonly number[] }> {
  const server = await startModelServer(0);
  const measure = async (place: "hang" | "stall"): Promise<number[]> => {
    const models = modelsAt(format, `http://${server.host}/${place}/v1`);
    const figures: number[] = [];
    for (let abort = 0; abort < aborts; abort += 1) {
      const controller = new AbortController();
      const request = server.next();
      const asked = ask(models, controller.signal).catch(() => {});
      const { closed } = await request;
      await new Promise((done) => setTimeout(done, 5)); // the sent data arrives
      const started = performance.now();
      controller.abort();
      figures.push((await closed) - started);
      await asked;
    }
    await models.close();
    return figures.slice(Math.min(5, aborts - 1)); // the first ones load modules
  };
  const figures = { hang: await measure("hang"), stall: await measure("stall") };
  server.close();
  return figures;
}

/** How much memory a process needs for one long answer, in bytes, and the events of its text. */
export interface StreamFigures {
  readonly bytes: number;
  readonly seconds: number;
  readonly events: number;
}

/**
 * Peak memory for one answer, after a short one: with the adapter alone, with ice, or in the run of an `llm` node whose events
 * have a listener that blocks 5 ms for each. Needs `--expose-gc`.
 */
export async function measureStream({
  way,
  short,
  long,
}: {
  readonly way: "adapter" | "ice" | "run";
  /** Hosts of servers. */
  readonly short: string;
  readonly long: string;
}): Promise<StreamFigures> {
  const ways = { adapter: streamAdapter, ice: streamModels, run: streamRun };
  await ways[way](short);
  globalThis.gc!();
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  const started = performance.now();
  const events = await ways[way](long);
  const seconds = (performance.now() - started) / 1000;
  clearInterval(watch);
  return { bytes: Math.max(peak, process.memoryUsage.rss()) - before, seconds, events };
}

async function streamAdapter(host: string): Promise<number> {
  await askAdapter("openai-compatible", `http://${host}/v1`);
  return 0;
}

async function streamModels(host: string): Promise<number> {
  const models = modelsAt("openai-compatible", `http://${host}/v1`);
  await ask(models, never);
  await models.close();
  return 0;
}

async function streamRun(host: string): Promise<number> {
  const models = modelsAt("openai-compatible", `http://${host}/v1`);
  const runtime = createRuntime();
  runtime.provide(LanguageModelService, models);
  let events = 0;
  runtime.events.on("llm.tokenStreamed", () => {
    events += 1;
    const until = performance.now() + 5;
    while (performance.now() < until); // a slow listener
  });
  const { close } = await initializeOrchestrator({ runtime, limits: { outputBytes: 2 ** 26 } });
  const node: NodeInput = { id: "a", type: "llm", model: "near/m", prompt: "x" } as const;
  const { status, error } = await new Workflow([node], { name: "stream", runtime }).execute();
  if (status !== "completed") throw new Error(`the run is ${status}: ${error?.message}`);
  await close();
  await models.close();
  return events;
}

const modelsAt = (type: ModelFormat, baseUrl: string): LanguageModels =>
  createLanguageModels({
    env: {},
    limits: { textBytes: 2 ** 29 },
    providers: { near: { type, baseUrl, apiKey: "k" } },
  });

async function ask(models: LanguageModels, signal: AbortSignal): Promise<void> {
  await models.generate({ model: "near/m", messages: [{ role: "user", text: "x" }] }, { signal, onText: () => {} });
}

async function askAdapter(format: ModelFormat, baseUrl: string): Promise<string> {
  const adapter = await adapters[format](baseUrl);
  const { stream } = await adapter.doStream({ prompt: [{ role: "user", content: [{ type: "text", text: "x" }] }] });
  let text = "";
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    if (value.type === "text-delta") text += value.delta;
  }
}
