import { createLanguageModels, type LanguageModels } from "@ice/llm";
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

/** Milliseconds from an abort until the server sees the connection closed, sorted. */
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
    return figures.slice(Math.min(5, aborts - 1)).toSorted((a, b) => a - b); // the first ones load modules
  };
  const figures = { hang: await measure("hang"), stall: await measure("stall") };
  server.close();
  return figures;
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
