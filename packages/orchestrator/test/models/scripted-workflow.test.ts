import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineTool, type NodeInput, type Plugin } from "@ice/core";
import { cassette, createFakeClock, createTestRuntime, scriptedModel, type ScriptedReply } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";

const stock = defineTool({
  name: "stock.count",
  args: z.object({ item: z.string() }),
  sideEffects: "none",
  run: ({ item }) => ({ item, left: item === "mug" ? 3 : 0 }),
});
const agents = ["careful", "bold"].map((name) => ({ name, model: "p/m", system: `You are ${name}.` }));
const nodes = [
  {
    id: "read",
    type: "llm",
    model: "p/small",
    prompt: "Which item? {{ inputs.mail }}",
    jsonSchema: { type: "object", properties: { item: { type: "string" } }, required: ["item"] },
    retryPolicy: { maxAttempts: 2, backoffSeconds: 60 },
  },
  {
    id: "look",
    type: "agent",
    dependencies: ["read"],
    model: "p/large",
    input: "How many of {{ read.object.item }} are left?",
    tools: ["stock.count"],
  },
  {
    id: "decide",
    type: "swarm",
    dependencies: ["look"],
    agents: agents.map(({ name }) => ({ package: name, role: name })),
    task: "{{ look.text }}",
    coordinationStrategy: "consensus",
    consensusThreshold: 1,
  },
] as unknown as readonly NodeInput[];

const replies: readonly ScriptedReply[] = [
  { when: "Which item", status: 429 },
  { when: "Which item", json: { item: "mug" } },
  { when: "How many", toolCalls: [{ name: "stock__count", args: { item: "mug" } }] },
  { when: '"left":3', text: "There are 3 mugs." },
  { when: "You are careful.*Propose", text: "Order 5." },
  { when: "You are bold.*Propose", text: "Order 50." },
  { when: "Vote", json: { vote: "careful" }, times: 2 },
];

async function run(plugin: Plugin, clock = createFakeClock()) {
  const options = { agents, tools: [stock], plugins: [plugin] };
  const { runtime, close } = await createTestRuntime(initializeOrchestrator, options, { clock });
  const workflow = new Workflow(nodes, { name: "orders", runtime, settings: { budget: { llmCalls: 10 } } });
  const result = await clock.runUntil(workflow.execute({ mail: "My mug is broken!" }));
  return { result, close };
}

test("a workflow of a model, an agent with tools and a swarm is tested by a script", async () => {
  const clock = createFakeClock();
  const slow = replies.map((reply) => (reply.json === undefined ? reply : { ...reply, delayMs: 20_000 }));
  const model = scriptedModel(slow, { clock });
  const { result, close } = await run(model.plugin, clock);
  expect(result).toMatchObject({
    status: "completed",
    output: { look: { text: "There are 3 mugs.", steps: 2 }, decide: { result: "Order 5.", converged: true } },
    usage: { llmCalls: 8, toolCalls: 1 },
    nodes: { read: { attempts: 2 } },
  });
  expect(result.durationMs).toBe(100_000);
  expect(model.requests).toHaveLength(8);
  expect(model.requests.at(-1)!.jsonSchema).toMatchObject({ properties: { vote: { enum: ["careful", "bold"] } } });
  await close();
});

test("closing the engine reports replies that are left, and requests without one", async () => {
  const unused = await run(scriptedModel([...replies, { text: "more" }]).plugin);
  expect(unused.result.status).toBe("completed");
  await expect(unused.close()).rejects.toMatchObject({
    errors: [{ cause: { code: "ICE_SCRIPT_MISMATCH", message: expect.stringContaining('{"text":"more"}') } }],
  });
  const short = await run(scriptedModel(replies.slice(0, 3)).plugin);
  expect(short.result).toMatchObject({ status: "failed", error: { code: "ICE_SCRIPT_MISMATCH", path: "look" } });
  await expect(short.close()).rejects.toMatchObject({ errors: [{ cause: { code: "ICE_SCRIPT_MISMATCH" } }] });
});

test("what was recorded once is replayed without the models", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ice-cassette-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "orders.json");
  const recording = await cassette(file, "record");
  const live = await run(recording.plugin(scriptedModel(replies.slice(1)).plugin));
  await live.close();
  await recording.close();
  const recorded = await readFile(file, "utf8");
  const auto = await cassette(file, "auto");
  const again = await run(auto.plugin(scriptedModel([]).plugin));
  await again.close();
  await auto.close();
  expect(again.result.output).toEqual(live.result.output);
  expect(await readFile(file, "utf8")).toBe(recorded);
});

test("a model may call a tool by the name that workflows and prompts use", async () => {
  const model = scriptedModel([
    { toolCalls: [{ name: "stock.count", args: { item: "mug" } }, { name: "stock.cuont" }] },
    { text: "done" },
  ]);
  const test = await createTestRuntime(initializeOrchestrator, { tools: [stock], plugins: [model.plugin] });
  onTestFinished(() => test.close());
  const node = { id: "a", type: "agent" as const, model: "p/m", input: "Use stock.count.", tools: ["stock.count"] };
  const { output } = await new Workflow([node], { name: "w", runtime: test.runtime }).execute();
  expect(output["a"]).toMatchObject({
    toolCalls: [
      { tool: "stock.count", result: { item: "mug", left: 3 } },
      { error: { message: 'Agent "a" may not call "stock.cuont". It may call: stock.count.' } },
    ],
  });
});

test("the message of a failed close includes its cause", async () => {
  const model = scriptedModel([{ text: "never asked for" }]);
  const { close } = await createTestRuntime(initializeOrchestrator, { plugins: [model.plugin] });
  await expect(close()).rejects.toThrow(/scripted-model.*replies that no request has taken: .*never asked for/);
});
