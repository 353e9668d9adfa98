import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConversationStore,
  defineAgent,
  defineTool,
  LanguageModelService,
  SecretService,
  WorkflowExecutionService,
  type ModelDescription,
  type NodeInput,
} from "@ice/core";
import { createTestRuntime, scriptedModel, type ScriptedReply } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow, type OrchestratorOptions } from "../../src/index.ts";
import { scriptedModels, type Reply } from "./scripted-models.ts";

/** Faults of other frameworks, by their issues; `docs/decisions/0029-faults-of-peers.md` lists them all. */

const agent = (more: object = {}): NodeInput =>
  ({ id: "a", type: "agent", model: "p/m", input: "go", ...more }) as never;
const llm = (more: object = {}): NodeInput => ({ id: "a", type: "llm", model: "p/m", prompt: "hi", ...more }) as never;

async function start(replies: readonly ScriptedReply[], options: OrchestratorOptions = {}) {
  const model = scriptedModel(replies);
  const ice = await createTestRuntime(initializeOrchestrator, { ...options, plugins: [model.plugin] });
  onTestFinished(() => ice.close());
  const run = (node: NodeInput) =>
    new Workflow([node], { name: "w", runtime: ice.runtime }).execute({}, { runId: "r" });
  return { ...ice, run, requests: model.requests };
}

/** Runs a node on models that answer at once. */
async function runOn(replies: readonly Reply[], node: NodeInput, describe?: (name: string) => [ModelDescription]) {
  const models = scriptedModels(replies, describe);
  const before = (runtime: { provide(key: typeof LanguageModelService, models: LanguageModelService): void }) =>
    runtime.provide(LanguageModelService, models);
  const { runtime, close, events } = await createTestRuntime(initializeOrchestrator, {}, { before });
  onTestFinished(close);
  return { result: await new Workflow([node], { name: "w", runtime }).execute(), events };
}

function signal() {
  let given!: () => void;
  const promise = new Promise<void>((resolve) => {
    given = resolve;
  });
  return { promise, given };
}

test.each<[string, ScriptedReply]>([
  ["before the first part", { hang: true }],
  ["in the middle", { text: "some text that comes in parts", stall: 2 }],
])("vercel/ai#15430: an abort leaves no promise pending, %s", async (_name, reply) => {
  const ends: string[] = [];
  const asker = defineAgent({
    name: "asker",
    async run({ generate }) {
      const ask = () => generate({ model: "p/m", prompt: "?" }).then(String, () => "rejected");
      ends.push(...(await Promise.all([ask(), ask(), ask()])));
      return null;
    },
  });
  const { run, runtime, requests } = await start([{ ...reply, times: 3 }], { agents: [asker] });
  const running = run(agent({ model: undefined, package: "asker" }));
  await expect.poll(() => requests.length).toBe(3);
  void runtime.use(WorkflowExecutionService).cancel("r");
  expect(await running).toMatchObject({ status: "cancelled" });
  await expect.poll(() => ends).toEqual(["rejected", "rejected", "rejected"]);
});

test("vercel/ai#12878: an abort in a tool is no result for the model", async () => {
  const begun = [signal(), signal()];
  const attempts: number[] = [];
  const wait = defineTool({
    name: "wait",
    args: z.object({}),
    run: (_, { attempt, signal }) => {
      begun[attempts.push(attempt) - 1]!.given();
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    },
  });
  const replies = [{ toolCalls: [{ name: "wait" }] }, { times: "always" }] as const;
  const { run, runtime, requests, clock } = await start(replies, { tools: [wait as never] });
  const retryPolicy = { maxAttempts: 2, backoffSeconds: 0, retryOn: ["ICE_NODE_TIMEOUT"] };
  const running = run(agent({ tools: ["wait"], timeoutSeconds: 5, retryPolicy }));
  await begun[0]!.promise;
  await clock.advance(5000);
  await begun[1]!.promise;
  void runtime.use(WorkflowExecutionService).cancel("r");
  expect(await running).toMatchObject({ status: "cancelled" });
  expect(attempts).toEqual([1, 2]);
  expect(requests).toHaveLength(1);
});

test("vercel/ai#7247: a retry waits as long as Retry-After says", async () => {
  const { run, clock, events } = await start([{ status: 429, headers: { "retry-after": "7" } }, { text: "here" }]);
  const retryPolicy = { maxAttempts: 2, backoffSeconds: 0 };
  expect(await clock.runUntil(run(llm({ retryPolicy })))).toMatchObject({ output: { a: { text: "here" } } });
  const retry = events.events.find(({ type }) => type === "node.retryScheduled");
  expect(retry?.data).toMatchObject({ delayMs: 7000 });
});

test.each<[string, object]>([
  ["nothing", {}],
  ["NaN", { inputTokens: Number.NaN, outputTokens: Number.NaN, cachedInputTokens: Number.NaN }],
  ["null", { inputTokens: null, outputTokens: null, reasoningTokens: null }],
  ["negative numbers", { inputTokens: -5, outputTokens: -1 }],
  ["1e300", { inputTokens: 1e300, outputTokens: Infinity }],
  ["texts", { inputTokens: "10", outputTokens: "5" }],
])("vercel/ai#3268: usage is a number where a provider reports %s", async (_name, usage) => {
  const { result } = await runOn([{ text: "12345678", usage }], llm(), (model) => [
    { model, cost: (tokens) => tokens.inputTokens + tokens.outputTokens },
  ]);
  const { inputTokens, outputTokens, totalTokens, costUsd } = result.usage;
  expect(outputTokens).toBe(2);
  expect(inputTokens).toBeGreaterThan(10);
  expect(inputTokens).toBeLessThan(100);
  expect([totalTokens, costUsd]).toEqual([inputTokens + 2, inputTokens + 2]);
});

test("mastra#19373: the last tokens of a long answer cost what the first ones do", async () => {
  const times: number[] = [];
  const cpu = (): number => {
    const { user, system } = process.threadCpuUsage();
    return user + system;
  };
  const answer: Reply = async (_request, { onText }) => {
    for (let quarter = 0; quarter < 4; quarter += 1) {
      const from = cpu();
      for (let part = 1; part <= 200_000; part += 1) {
        onText?.("some token ");
        if (part % 20_000 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      times.push(cpu() - from);
    }
    return {};
  };
  const { result, events } = await runOn([answer], llm());
  expect(result.status).toBe("completed");
  const texts = events.events.flatMap(({ type, data }) => (type === "llm.tokenStreamed" ? [data["text"]] : []));
  expect(texts.join("")).toHaveLength(800_000 * "some token ".length);
  // If each token cost as much as there is text before it, the last quarter would cost seven times the first one.
  expect(times[3]! / times[0]!).toBeLessThan(3);
});

test("langgraph#6626: of parallel calls only those without a result run again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ice-peers-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ran: { readonly n: number; readonly key: string }[] = [];
  const hangs = signal();
  let stays = true;
  const send = defineTool({
    name: "send",
    args: z.object({ n: z.int() }),
    sideEffects: "external",
    run: async ({ n }, { idempotencyKey: key, signal }) => {
      ran.push({ n, key });
      if (n !== 2 || !stays) return n;
      hangs.given();
      return new Promise<number>((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("x"))));
    },
  });
  const options = { store: `sqlite:${join(folder, "ice.db")}`, tools: [send as never] };
  const calls = [1, 2, 3].map((n) => ({ name: "send", args: { n } }));
  const one = await start([{ toolCalls: calls }], options);
  const returned = () => one.events.events.filter(({ type }) => type === "tool.returned").length;
  const running = one.run(agent({ tools: ["send"] }));
  await hangs.promise;
  await expect.poll(returned).toBe(2);
  await one.close();
  expect(await running).toMatchObject({ status: "interrupted" });
  stays = false;
  const two = await start([{ text: "done" }], options);
  const result = await two.runtime.use(WorkflowExecutionService).resume("r");
  expect(result).toMatchObject({ status: "completed", output: { a: { text: "done" } } });
  expect(ran.map(({ n }) => n)).toEqual([1, 2, 3, 2]);
  expect(ran[3]!.key).toBe(ran[1]!.key);
});

test("openai-agents-js#1934: tools whose names collide for a model are refused", async () => {
  const named = (name: string) => defineTool({ name, args: z.object({}), run: () => name }) as never;
  const { run, requests } = await start([{ times: "always" }], { tools: [named("files.read"), named("files__read")] });
  expect(await run(agent({ tools: ["files.read", "files__read"] }))).toMatchObject({
    error: { code: "ICE_BLUEPRINT_SCHEMA", message: expect.stringContaining(`"files.read" and "files__read"`) },
  });
  expect(requests).toEqual([]);
});

test("n8n#34740: memory holds no secret", async () => {
  const canary = "canary-0123456789";
  const leaky = defineTool({ name: "leaky", args: z.object({ said: z.string() }), run: () => `it is ${canary}` });
  const { run, runtime } = await start(
    [{ toolCalls: [{ name: "leaky", args: { said: canary } }] }, { text: `the key is ${canary}` }],
    { tools: [leaky as never], env: { CANARY: canary }, secrets: { token: { env: "CANARY" } } },
  );
  runtime.use(SecretService).resolve("token");
  const memory = { scope: "store", thread: "t" };
  expect(await run(agent({ tools: ["leaky"], memory }))).toMatchObject({ status: "completed" });
  const turns = JSON.stringify(await runtime.use(ConversationStore).forTenant("default").read("t", 9));
  expect(turns).toContain("the key is [secret:token]");
  expect(turns).not.toContain(canary);
});

test("langfuse#10592: cached tokens are counted once", async () => {
  const usage = { inputTokens: 100, outputTokens: 10, cachedInputTokens: 80 };
  const { result, events } = await runOn([{ text: "x", usage }], llm());
  expect(result.usage).toMatchObject({ inputTokens: 100, outputTokens: 10, totalTokens: 110 });
  expect(events.events.find(({ type }) => type === "llm.completed")?.data).toMatchObject({
    usage: { ...usage, totalTokens: 110 },
  });
});
