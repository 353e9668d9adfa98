import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  defineAgent,
  defineTool,
  LanguageModelService,
  RunStore,
  type JsonObject,
  type ModelDescription,
  type NodeInput,
} from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { initializeOrchestrator, Workflow, type OrchestratorOptions } from "../../src/index.ts";
import { ended } from "../ended.ts";
import { call, scriptedModels, type Reply } from "./scripted-models.ts";

/** Runs nodes on models that answer as a hostile server may, in a store on disk. */
async function run(
  replies: readonly Reply[],
  node: object,
  options: OrchestratorOptions = {},
  about: Partial<ModelDescription> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "ice-hostile-"));
  const models = scriptedModels(replies, (model) => [{ model, ...about }]);
  const { runtime, clock, close } = await createTestRuntime(
    initializeOrchestrator,
    { store: `sqlite:${join(folder, "ice.db")}`, ...options },
    { before: (runtime) => runtime.provide(LanguageModelService, models) },
  );
  onTestFinished(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });
  const running = new Workflow([node as NodeInput], { name: "w", runtime }).execute({}, { runId: "r" });
  const result = await ended(running, clock);
  return { result, models, stored: await runtime.use(RunStore).read("r") };
}

/** A tool that takes any object. */
function openTool(result: unknown = "ok") {
  const got: JsonObject[] = [];
  const tool = defineTool({
    name: "open",
    args: { type: "object" },
    run: (args) => {
      got.push(args);
      return result as string;
    },
  });
  return { tool: tool as never, got };
}

const agent = (more: object = {}) => ({ id: "a", type: "agent", model: "p/m", input: "go", ...more });
const llm = (more: object = {}) => ({ id: "a", type: "llm", model: "p/m", prompt: "hi", ...more });

describe("tool calls of a hostile model", () => {
  test("names of prototype members in arguments are data, or dropped", async () => {
    const { tool, got } = openTool();
    const args = ['{"__proto__":{"admin":true},"a":1}', '{"constructor":{"prototype":{"admin":true}}}'];
    const { result } = await run(
      [{ toolCalls: args.map((text, at) => call("open", text, `c${at}`)) }, { text: "done" }],
      agent({ tools: ["open"] }),
      { tools: [tool] },
    );
    expect(result).toMatchObject({ status: "completed", output: { a: { text: "done" } } });
    expect(JSON.stringify(got)).toBe('[{"a":1},{"constructor":{"prototype":{"admin":true}}}]');
    expect(got.map((one) => Object.getPrototypeOf(one) as unknown)).toEqual([Object.prototype, Object.prototype]);
    expect({} as { admin?: true }).not.toHaveProperty("admin");
  });

  test.each([
    ["digits that a number loses", '{"id":1234567890123456789}', "at /id that would lose digits: 1234567890123456789"],
    ["a number without an end", '{"id":1e999}', "would lose digits: 1e999"],
    ["depth", `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`, "nests deeper than 1000 levels"],
    ["half of them", '{"a":', "are not a JSON object."],
  ])("arguments with %s go back to the model, and the agent goes on", async (_, text, message) => {
    const { tool, got } = openTool();
    const { result, models } = await run(
      [{ toolCalls: [call("open", text)] }, { text: "done" }],
      agent({ tools: ["open"] }),
      { tools: [tool] },
    );
    expect(got).toEqual([]);
    const error = { code: "ICE_TOOL_ARGS", message: expect.stringContaining(message) as string };
    expect(models.asked[1]!.messages.at(-1)).toMatchObject({ results: [{ result: { error } }] });
    expect(result).toMatchObject({ status: "completed", output: { a: { toolCalls: [{ args: text, error }] } } });
  });

  test("a tool that the agent does not have is not called, and its name is truncated in the error", async () => {
    const { tool, got } = openTool();
    const names = ["__proto__", "constructor", "toString", "open ", "OPEN", "x".repeat(100_000)];
    const { result, models } = await run(
      [{ toolCalls: names.map((name, at) => call(name, {}, `c${at}`)) }, { text: "done" }],
      agent({ tools: [] }),
      { tools: [tool] },
    );
    expect(got).toEqual([]);
    expect(result.status).toBe("completed");
    const shownResults = models.asked[1]!.messages.at(-1) as unknown as {
      readonly results: readonly { result: never }[];
    };
    for (const { result: shown } of shownResults.results) {
      expect(shown).toMatchObject({ error: { code: "ICE_TOOL_UNKNOWN" } });
      expect(JSON.stringify(shown).length).toBeLessThan(400);
    }
  });

  test("an answer that claims to end with calls but has none is the last one", async () => {
    const { result } = await run([{ text: "done", finishReason: "tool-calls" }], agent());
    expect(result.output["a"]).toMatchObject({ text: "done", finishReason: "other", steps: 1 });
  });

  test("a tool that is listed twice is offered once", async () => {
    const { tool } = openTool();
    const { models } = await run([{ text: "done" }], agent({ tools: ["open", "open"] }), { tools: [tool] });
    expect(models.asked[0]!.tools?.map(({ name }) => name)).toEqual(["open"]);
  });
});

describe("JSON answers of a hostile model", () => {
  const jsonSchema = { type: "object", properties: { n: { type: "number" } } };

  test.each([
    ["an llm node", llm({ jsonSchema }), "object"],
    ["an agent", agent({ model: undefined, package: "typed" }), "output"],
    ["an agent with memory", agent({ model: undefined, package: "typed", memory: { thread: "t" } }), "output"],
    [
      "an agent with memory in the store",
      agent({ model: undefined, package: "typed", memory: { thread: "t", scope: "store" } }),
      "output",
    ],
    ["a recursion", { id: "a", type: "recursive", agentPackage: "typed", convergenceCondition: "true" }, "output"],
  ])("%s drops the key `__proto__`, and keeps the run", async (_, node, field) => {
    const agents = [defineAgent({ name: "typed", model: "p/m", jsonSchema })];
    const { result, stored } = await run([{ text: '{"__proto__":{"n":2},"n":1}' }], node, { agents });
    expect(result).toMatchObject({ status: "completed", output: { a: { [field]: { n: 1 } } } });
    expect(stored.status).toBe("completed");
  });

  test.each([
    ["digits that a number loses", '{"n":1234567890123456789}', "has a number at /n that would lose digits"],
    ["a number without an end", '{"n":1e999}', "has a number at /n that would lose digits"],
    ["depth", `{"m":${"[".repeat(5000)}${"]".repeat(5000)}}`, "nests deeper than 1000 levels"],
  ])("an object with %s is asked for again", async (_, text, message) => {
    const retryPolicy = { maxAttempts: 2, backoffSeconds: 0 };
    const again = await run([{ text }, { text: '{"n":3}' }], llm({ jsonSchema, retryPolicy }));
    expect(again.result).toMatchObject({ status: "completed", output: { a: { object: { n: 3 } } } });
    const { result } = await run([{ text }], llm({ jsonSchema }));
    expect(result.error).toMatchObject({
      code: "ICE_MODEL_OBJECT_INVALID",
      message: expect.stringContaining(message) as string,
    });
  });

  test("a plan for a role `__proto__`, and an infinite bid, do not break a run", async () => {
    const agents = ["ann", "ben"].map((name) => defineAgent({ name, model: "p/m" }));
    const swarm = (coordinationStrategy: string) => ({
      id: "a",
      type: "swarm",
      task: "t",
      coordinationStrategy,
      agents: agents.map(({ name }) => ({ package: name, role: name })),
    });
    const plan = '{"assignments":{"__proto__":"x","ben":"b"}}';
    const led = await run([{ text: plan }, { text: "B" }, { text: "end" }], swarm("hierarchical"), { agents });
    expect(led.result).toMatchObject({ status: "completed", output: { a: { result: "end" } } });
    const bids = await run([{ text: '{"bid":1}' }, { text: '{"bid":1e999}' }], swarm("marketplace"), { agents });
    expect(bids.result.error).toMatchObject({ code: "ICE_MODEL_OBJECT_INVALID" });
  });
});

test("a result of unreadable characters is truncated without scanning all of them", async () => {
  const { tool } = openTool(`${"\uFFFD".repeat(400_000)}${"x".repeat(9)}`);
  const before = process.cpuUsage();
  const { models } = await run(
    [{ toolCalls: [call("open", {})] }, { text: "done" }],
    agent({ tools: ["open"] }),
    { tools: [tool] },
    { toolResultBytes: 1_200_004 },
  );
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000 * Number(process.env["ICE_TEST_SLOWNESS"] ?? 1));
  const last = models.asked[1]!.messages.at(-1) as unknown as { readonly results: readonly { result: string }[] };
  const shown = last.results[0]!.result;
  expect(shown).toHaveLength(400_004 + "… [cut, 1200009 bytes in all]".length);
  expect(shown).toMatch(/\uFFFDxxxx… \[cut, 1200009 bytes in all\]$/);
});

test("roles of a swarm that look like the steps of others keep their own answers", async () => {
  const agents = [defineAgent({ name: "one", model: "p/m" })];
  const roles = ["x", "x/m1", "x%2Fm1", "x%252Fm1"];
  const votes = roles.map(() => ({ text: '{"vote":"x"}' }));
  const { result } = await run(
    [...["A", "B", "C", "D"].map((text) => ({ text })), ...votes],
    {
      id: "a",
      type: "swarm",
      task: "t",
      coordinationStrategy: "consensus",
      maxRounds: 1,
      agents: roles.map((role) => ({ package: "one", role })),
    },
    { agents },
  );
  expect(result).toMatchObject({ status: "completed", usage: { llmCalls: 8 } });
  const { transcript } = result.output["a"] as unknown as {
    readonly transcript: readonly { readonly phase: string; readonly role: string; readonly output: unknown }[];
  };
  expect(transcript.filter(({ phase }) => phase === "propose").map(({ role, output }) => [role, output])).toEqual([
    ["x", "A"],
    ["x/m1", "B"],
    ["x%2Fm1", "C"],
    ["x%252Fm1", "D"],
  ]);
});

test("usage that an agent reports is recorded only if it is valid", async () => {
  const reporter = defineAgent({
    name: "reporter",
    async run({ generate, addUsage }) {
      const { usage } = await generate({ model: "p/m", prompt: "hi" });
      addUsage(usage);
      addUsage({ totalTokens: Infinity, costUsd: Number.NaN, nodes: 1e9, ["__proto__"]: 5 } as never);
      return usage;
    },
  });
  const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 8, reasoningTokens: 2 };
  const { result, stored } = await run([{ text: "x", usage }], agent({ model: undefined, package: "reporter" }), {
    agents: [reporter],
  });
  expect(result).toMatchObject({ status: "completed", usage: { totalTokens: 30, inputTokens: 20, costUsd: 0 } });
  expect(stored.status).toBe("completed");
});
