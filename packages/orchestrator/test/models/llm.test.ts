import { IceError, LanguageModelService, type ModelDescription, type NodeInput, type RunResult } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";
import { call, scriptedModels, type Reply } from "./scripted-models.ts";

const llm = (more: object = {}): NodeInput =>
  ({ id: "a", type: "llm", model: "p/m", prompt: "hello", ...more }) as never;

/** Runs nodes on scripted models. */
async function run(
  replies: readonly Reply[],
  nodes: readonly NodeInput[],
  {
    settings,
    describe,
    inputs = {},
  }: { settings?: object; describe?: Parameters<typeof scriptedModels>[1]; inputs?: object } = {},
) {
  const models = scriptedModels(replies, describe);
  const { runtime, events, clock, close } = await createTestRuntime(
    initializeOrchestrator,
    {},
    { before: (runtime) => runtime.provide(LanguageModelService, models) },
  );
  onTestFinished(close);
  const workflow = new Workflow(nodes, { name: "w", runtime, ...(settings && { settings }) } as never);
  const running: Promise<RunResult> = workflow.execute(inputs as never);
  return { models, events, clock, running, runtime };
}

const failure = (code: string, more: object = {}): IceError => new IceError(code, "no", more);

describe("an llm node", () => {
  test("sends one request, and returns the answer with its usage", async () => {
    const { running, models, events } = await run(
      [{ text: "good morning" }],
      [llm({ system: "be kind", temperature: 0.5, maxTokens: 64, llmConfig: { seed: 1 } })],
    );
    const result = await running;
    expect(result.output["a"]).toEqual({
      text: "good morning",
      object: null,
      model: "p/m",
      finishReason: "stop",
      usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15, cachedInputTokens: 0, reasoningTokens: 0 },
    });
    expect(result.usage).toMatchObject({ inputTokens: 10, outputTokens: 5, totalTokens: 15, llmCalls: 1, costUsd: 0 });
    expect(models.asked).toEqual([
      {
        model: "p/m",
        system: "be kind",
        messages: [{ role: "user", text: "hello" }],
        temperature: 0.5,
        maxTokens: 64,
        options: { seed: 1 },
      },
    ]);
    expect(events.events.filter(({ type }) => type.startsWith("llm.")).map(({ type, data }) => [type, data])).toEqual([
      ["llm.called", { call: 1, model: "p/m" }],
      ["llm.tokenStreamed", { call: 1, text: "good morning" }],
      ["llm.completed", expect.objectContaining({ call: 1, finishReason: "stop", costUsd: null, firstTokenMs: 0 })],
    ]);
  });

  test("a prompt that is not a string is sent as compact JSON, and an empty one is refused", async () => {
    const prompt = "{{ inputs.rows }}";
    const { running, models } = await run([{ text: "x" }], [llm({ prompt })], { inputs: { rows: [1, { a: 2 }] } });
    await running;
    expect(models.asked[0]!.messages).toEqual([{ role: "user", text: '[1,{"a":2}]' }]);
    const empty = await run([], [llm({ prompt: "{{ inputs.rows }}" })], { inputs: { rows: "" } });
    expect((await empty.running).error).toMatchObject({ code: "ICE_INPUT_INVALID" });
  });

  test("a structured answer is checked and completed, and one that does not match is asked for again", async () => {
    const jsonSchema = {
      type: "object",
      properties: { name: { type: "string" }, age: { type: "integer", default: 7 } },
      required: ["name"],
    };
    const { running, clock } = await run(
      [
        { text: '{"name":5}' },
        { text: "sorry" },
        { text: '{"name":"Ada"}', finishReason: "length" },
        { text: '{"name":"Ada"}' },
      ],
      [llm({ jsonSchema, retryPolicy: { maxAttempts: 4, backoffSeconds: 0 } })],
    );
    await clock.advance(1000);
    const result = await running;
    expect(result.output["a"]).toMatchObject({ object: { name: "Ada", age: 7 } });
    expect(result).toMatchObject({ usage: { llmCalls: 4 }, nodes: { a: { attempts: 4 } } });
  });
});

describe("a chain of models", () => {
  const chain = (): readonly [ModelDescription, ...ModelDescription[]] => [{ model: "p/a" }, { model: "q/b" }];

  test("the next one answers if one is unavailable", async () => {
    const { running, events } = await run(
      [failure("ICE_MODEL_UNAVAILABLE"), { text: "here" }],
      [llm({ model: "fast" })],
      {
        describe: chain,
      },
    );
    expect(await running).toMatchObject({ output: { a: { model: "q/b", text: "here" } }, usage: { llmCalls: 2 } });
    expect(events.events.find(({ type }) => type === "llm.failed")?.data).toEqual({
      call: 1,
      model: "p/a",
      code: "ICE_MODEL_UNAVAILABLE",
      next: "q/b",
    });
  });

  test("an error that every model would return ends it, and the last error names all that were tried", async () => {
    const refused = await run([failure("ICE_MODEL_REJECTED")], [llm({ model: "fast" })], { describe: chain });
    expect((await refused.running).error).toMatchObject({ code: "ICE_MODEL_REJECTED" });
    const gone = await run([failure("ICE_MODEL_AUTH"), failure("ICE_MODEL_RATE_LIMITED")], [llm({ model: "fast" })], {
      describe: chain,
    });
    expect((await gone.running).error).toMatchObject({
      code: "ICE_MODEL_RATE_LIMITED",
      details: {
        tried: [
          { model: "p/a", code: "ICE_MODEL_AUTH" },
          { model: "q/b", code: "ICE_MODEL_RATE_LIMITED" },
        ],
      },
    });
  });

  test("a model without a key is not asked, and does not count", async () => {
    const missing = { message: "The provider p has no key.", fix: "set P_KEY" };
    const { running, models } = await run([{ text: "here" }], [llm({ model: "fast" })], {
      describe: () => [{ model: "p/a", missing }, { model: "q/b" }],
    });
    expect(await running).toMatchObject({ output: { a: { model: "q/b" } }, usage: { llmCalls: 1 } });
    expect(models.asked.map(({ model }) => model)).toEqual(["q/b"]);
  });
});

describe("a budget", () => {
  test("100 requests at once neither overshoot nor fail early", async () => {
    const items = Array.from({ length: 100 }, (_, at) => at);
    const node = { id: "l", type: "loop", itemsSource: "inputs.items", parallel: true, body: [llm({ maxTokens: 5 })] };
    const { running } = await run(
      items.map(() => ({ text: "abc" })),
      [node as never],
      { settings: { budget: { totalTokens: 1e6 }, maxConcurrency: 100 }, inputs: { items } },
    );
    expect(await running).toMatchObject({ status: "completed", usage: { totalTokens: 1500, llmCalls: 100 } });
  });

  test("of cost without a price is refused before anything is sent", async () => {
    const { running, models } = await run([], [llm({ model: "{{ inputs.m }}" })], {
      settings: { budget: { costUsd: 1 } },
      inputs: { m: "p/m" },
    });
    expect((await running).error).toMatchObject({ code: "ICE_PRICE_UNKNOWN" });
    expect(models.asked).toEqual([]);
  });

  test("estimates the usage that a provider does not report", async () => {
    const { running } = await run([{ text: "12345678", usage: {} }], [llm()], {
      settings: { budget: { totalTokens: 5000 } },
    });
    const { usage } = await running;
    expect(usage.outputTokens).toBe(2);
    expect(usage.inputTokens).toBeGreaterThan(10);
  });
});

describe("an agent on a model", () => {
  const agent = (more: object = {}): NodeInput =>
    ({ id: "a", type: "agent", model: "p/m", input: "go", tools: ["echo"], ...more }) as never;

  test("calls its tools until it answers", async () => {
    const { running, models } = await run(
      [{ text: "let me", toolCalls: [call("echo", { n: 1 }, "x"), call("echo", { n: 2 }, "y")] }, { text: "done" }],
      [agent({ system: "use tools" })],
    );
    const result = await running;
    expect(result.output["a"]).toMatchObject({
      output: "done",
      text: "done",
      steps: 2,
      finishReason: "stop",
      toolCalls: [
        { step: 1, tool: "echo", args: { n: 1 }, result: { n: 1 } },
        { step: 1, tool: "echo", args: { n: 2 }, result: { n: 2 } },
      ],
      usage: { totalTokens: 30 },
    });
    expect(result.usage).toMatchObject({ llmCalls: 2, toolCalls: 2, totalTokens: 30 });
    expect(models.asked[1]!.messages.slice(1)).toEqual([
      { role: "assistant", text: "let me", toolCalls: [call("echo", { n: 1 }, "x"), call("echo", { n: 2 }, "y")] },
      {
        role: "tool",
        results: [
          { callId: "x", name: "echo", result: { n: 1 } },
          { callId: "y", name: "echo", result: { n: 2 } },
        ],
      },
    ]);
  });

  test.each([
    ["a tool that is not on the list", call("fail", {}), "ICE_TOOL_UNKNOWN"],
    ["arguments that are no JSON", call("sleep", '{"ms": '), "ICE_TOOL_ARGS"],
    ["arguments that do not fit", call("sleep", { ms: "long" }), "ICE_TOOL_ARGS"],
    ["a tool that fails", call("echo", [1]), "ICE_TOOL_ARGS"],
  ])("%s goes back to the model", async (_name, wrong, code) => {
    const { running, models } = await run(
      [{ toolCalls: [wrong] }, { text: "sorry" }],
      [agent({ tools: ["echo", "sleep"] })],
    );
    expect(await running).toMatchObject({
      status: "completed",
      output: { a: { text: "sorry", toolCalls: [{ tool: wrong.name, error: { code } }] } },
    });
    expect(models.asked[1]!.messages.at(-1)).toMatchObject({ results: [{ result: { error: { code } } }] });
  });

  test("the last step may not ask for more", async () => {
    const { running, models } = await run(
      [0, 1, 2].map((n) => ({ toolCalls: [call("echo", { n })] })),
      [agent({ maxIterations: 3 })],
    );
    expect(await running).toMatchObject({ error: { code: "ICE_AGENT_LIMIT" }, usage: { llmCalls: 3, toolCalls: 2 } });
    expect(models.asked).toHaveLength(3);
  });

  test("the same calls with the same results for the third time are a loop", async () => {
    const { running } = await run(
      [1, 2, 3].map(() => ({ toolCalls: [call("echo", { n: 1 })] })),
      [agent()],
    );
    expect(await running).toMatchObject({ error: { code: "ICE_AGENT_LOOP" }, usage: { llmCalls: 3, toolCalls: 2 } });
  });

  test("a retry does not repeat recorded answers or calls", async () => {
    const { running, models, clock } = await run(
      [
        { toolCalls: [call("echo", { n: 1 })] },
        failure("ICE_MODEL_UNAVAILABLE", { retryable: true }),
        { text: "done" },
      ],
      [agent({ retryPolicy: { maxAttempts: 2, backoffSeconds: 0 } })],
    );
    await clock.advance(1000);
    expect(await running).toMatchObject({
      output: { a: { text: "done", steps: 2, toolCalls: [{ result: { n: 1 } }] } },
      nodes: { a: { attempts: 2 } },
      usage: { llmCalls: 3, toolCalls: 1, totalTokens: 30 },
    });
    expect(models.asked).toHaveLength(3);
  });

  test("memory keeps calls in their native form", async () => {
    const { running, models } = await run(
      [{ toolCalls: [call("echo", { n: 1 })] }, { text: "one" }, { text: "two" }],
      [agent({ memory: { thread: "t" } }), agent({ id: "b", dependencies: ["a"], memory: { thread: "t" } })],
    );
    expect(await running).toMatchObject({ output: { b: { text: "two" } } });
    expect(models.asked[2]!.messages.map(({ role }) => role)).toEqual([
      "user",
      "assistant",
      "tool",
      "assistant",
      "user",
    ]);
  });
});
