import { defineTool, IceError, LanguageModelService, type NodeInput } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow, type OrchestratorOptions } from "../../src/index.ts";
import { call, scriptedModels, type Reply } from "./scripted-models.ts";

async function start(
  replies: readonly Reply[],
  nodes: readonly object[],
  settings: object = {},
  tools: OrchestratorOptions["tools"] = [],
) {
  const models = scriptedModels(replies);
  const ice = await createTestRuntime(
    initializeOrchestrator,
    { tools },
    { before: (runtime) => runtime.provide(LanguageModelService, models) },
  );
  onTestFinished(() => ice.close());
  const workflow = new Workflow(nodes as readonly NodeInput[], { name: "w", runtime: ice.runtime, settings } as never);
  return { ...ice, models, running: workflow.execute() };
}

const llm = (id: string, more: object = {}) => ({ id, type: "llm", model: "p/m", prompt: id, ...more });

/** Never answers, until the request is aborted. */
const hangs: Reply = (_request, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test("a request that is cancelled as soon as it has its turn leaves its tokens to others", async () => {
  // `big` is under way; `bigger` waits for it, and `small` behind that one. All are cancelled together, one after the other.
  const { clock, running } = await start(
    [hangs, { text: "late" }],
    [
      {
        id: "group",
        type: "parallel",
        timeoutSeconds: 1,
        onError: "skip",
        branches: [
          [llm("big", { maxTokens: 500 })],
          [llm("bigger", { maxTokens: 800 })],
          [llm("small", { maxTokens: 100 })],
        ],
      },
      { id: "wait", type: "tool", toolName: "sleep", toolArgs: { ms: 2000 } },
      llm("after", { maxTokens: 900, dependencies: ["wait"] }),
    ],
    { budget: { totalTokens: 1000 } },
  );
  const result = await clock.runUntil(running);
  expect(result).toMatchObject({ status: "completed", output: { after: { text: "late" } } });
});

test("usage after the end of an attempt is counted, but its events are not those of the next one", async () => {
  let answerLate!: () => void;
  const late: Reply = (_request, { onText }) =>
    new Promise((resolve) => {
      answerLate = () => {
        onText?.("late");
        resolve({ text: "late" });
      };
    });
  let answer!: () => void;
  const second: Reply = () =>
    new Promise((resolve) => {
      answer = () => resolve({ text: "in time" });
    });
  const retryPolicy = { maxAttempts: 2, backoffSeconds: 0.01 };
  const { clock, events, models, running } = await start(
    [late, second],
    [llm("a", { timeoutSeconds: 1, retryPolicy })],
  );
  await settled();
  await clock.advance(1500);
  await settled();
  expect(models.asked).toHaveLength(2);
  answerLate();
  await settled();
  answer();
  expect(await running).toMatchObject({ output: { a: { text: "in time" } }, usage: { totalTokens: 30 } });
  const seen = events.events.flatMap(({ type, data }) =>
    type === "llm.tokenStreamed" ? [data["text"]] : type === "llm.completed" ? [type] : [],
  );
  expect(seen).toEqual(["in time", "llm.completed"]);
});

test.each<[string, object, readonly Reply[]]>([
  ["a tool node", { type: "tool", toolName: "late" }, []],
  [
    "an agent",
    { type: "agent", model: "p/m", tools: ["late"], input: "go" },
    [{ toolCalls: [call("late", {})] }, { text: "done" }],
  ],
])("what the tool of %s reports after the end of an attempt is no event of the next one", async (_, more, replies) => {
  const ends: (() => void)[] = [];
  const late = defineTool({
    name: "late",
    args: z.object({}),
    run: (_args, { progress, emit, attempt }) =>
      new Promise<number>((resolve) => {
        ends.push(() => {
          progress({ attempt });
          emit("late.happened", { attempt });
          resolve(attempt);
        });
      }),
  });
  const node = { id: "a", ...more, timeoutSeconds: 1, retryPolicy: { maxAttempts: 2, backoffSeconds: 0.01 } };
  const { clock, events, running } = await start(replies, [node], {}, [late as never]);
  await settled();
  await clock.advance(1500);
  await settled();
  ends[0]!();
  await settled();
  ends[1]!();
  expect(await running).toMatchObject({ status: "completed" });
  const seen = events.events.filter(({ type }) => /^tool\.|^late\.|progressed/.test(type));
  expect(
    seen.map(({ type, attempt, data }) => [type, attempt, (data as { readonly attempt?: number }).attempt ?? null]),
  ).toEqual([
    ["tool.called", 1, null],
    ["tool.called", 2, null],
    ["node.progressed", 2, 2],
    ["late.happened", 2, 2],
    ["tool.returned", 2, null],
  ]);
});

test("an answer that breaks off is counted as far as it was received, so retries stay within the budget", async () => {
  const breaks: Reply = async ({ maxTokens = 100 }, { onText }) => {
    onText?.("x".repeat(4 * Math.min(100, maxTokens)));
    throw new IceError("ICE_MODEL_UNAVAILABLE", "the connection broke", { retryable: true });
  };
  const { clock, models, running } = await start(
    Array.from({ length: 50 }, () => breaks),
    [llm("a", { maxTokens: 200, retryPolicy: { maxAttempts: 50, backoffSeconds: 0 } })],
    { budget: { totalTokens: 1000 } },
  );
  const result = await clock.runUntil(running);
  expect(result.error).toMatchObject({ code: "ICE_BUDGET_EXCEEDED" });
  // 100 tokens of each answer but the last, and some of each request.
  expect(models.asked.length).toBeLessThan(10);
  expect(result.usage.outputTokens).toBeGreaterThan(100 * (models.asked.length - 1));
  expect(result.usage.totalTokens).toBeLessThanOrEqual(1000);
});
