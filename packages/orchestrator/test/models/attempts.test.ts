import { defineTool, LanguageModelService, RunStore, WorkflowExecutionService, type NodeInput } from "@ice/core";
import { createDisk, createTestRuntime } from "@ice/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow, type OrchestratorOptions } from "../../src/index.ts";
import { HoldingStore } from "../holding-store.ts";
import { call, scriptedModels, type Reply } from "./scripted-models.ts";

/** A tool that reports its calls; `end` ends the oldest, which does not listen to its signal. */
function slowTool() {
  const calls: {
    readonly key: string;
    readonly attempt: number;
    readonly end: (result: unknown) => void;
  }[] = [];
  const send = defineTool({
    name: "send",
    args: z.object({ n: z.int() }),
    run: (_args, { idempotencyKey: key, attempt }) =>
      new Promise<unknown>((resolve, reject) => {
        calls.push({ key, attempt, end: (result) => (result instanceof Error ? reject(result) : resolve(result)) });
      }),
  });
  return { send, calls };
}

async function start(replies: readonly Reply[], options: OrchestratorOptions) {
  const models = scriptedModels(replies);
  const ice = await createTestRuntime(
    initializeOrchestrator,
    { agents: [{ name: "worker", model: "p/m", tools: ["send"] }], ...options },
    { before: (runtime) => runtime.provide(LanguageModelService, models) },
  );
  const run = (node: object) =>
    new Workflow([node as NodeInput], { name: "w", runtime: ice.runtime }).execute({}, { runId: "r" });
  return { ...ice, models, run };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const agent = { id: "a", type: "agent", model: "p/m", tools: ["send"], input: "go" };
const retryPolicy = { maxAttempts: 2, backoffSeconds: 0.01 };
const asks: Reply = { toolCalls: [call("send", { n: 1 })] };

test("an attempt that timed out while its answer was recorded does not go on: the next one calls the tool, once it is durable", async () => {
  const store = new HoldingStore();
  store.holds = ({ kind }) => kind === "step";
  const { send, calls } = slowTool();
  const { run, clock, models, close } = await start([asks, { text: "done" }], { store, tools: [send] });
  const running = run({ ...agent, timeoutSeconds: 1, retryPolicy });
  await settled();
  await clock.advance(1500);
  await settled();
  // The second attempt has the answer, but it is not durable yet.
  expect([models.asked.length, calls.length, store.held]).toEqual([1, 0, 1]);
  store.holds = () => false;
  store.release();
  await settled();
  expect(calls.map(({ attempt }) => attempt)).toEqual([2]);
  calls[0]!.end({ ok: true });
  expect(await running).toMatchObject({ status: "completed", output: { a: { text: "done", steps: 2 } } });
  expect([models.asked.length, calls.length]).toEqual([2, 1]);
  await close();
});

test("what a tool throws after its attempt has timed out is no result for the next attempt", async () => {
  const { send, calls } = slowTool();
  const { run, clock, models, runtime, close } = await start([asks, { text: "done" }], { tools: [send] });
  const running = run({ ...agent, timeoutSeconds: 1, retryPolicy });
  await settled();
  await clock.advance(1500);
  await settled();
  expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
  calls[0]!.end(new Error("aborted at last"));
  await settled();
  calls[1]!.end({ ok: true });
  const { output } = await running;
  expect(output["a"]).toMatchObject({ toolCalls: [{ tool: "send", result: { ok: true } }] });
  const { records } = await runtime.use(RunStore).read("r");
  const results = records.filter((record) => record.kind === "step" && record.key === "t1.0");
  expect(results).toMatchObject([{ value: { result: { ok: true } } }]);
  expect(models.asked).toHaveLength(2);
  await close();
});

test("an agent calls no tool after its process has left the run, though its answer was just recorded", async () => {
  const store = new HoldingStore();
  store.holds = ({ kind }) => kind === "step";
  const { send, calls } = slowTool();
  const interrupt = new AbortController();
  const { runtime, close } = await start([asks], { store, tools: [send] });
  const running = new Workflow([agent as NodeInput], { name: "w", runtime }).execute(
    {},
    { interrupt: interrupt.signal },
  );
  await settled();
  interrupt.abort();
  store.release();
  expect((await running).status).toBe("interrupted");
  await settled();
  expect(calls).toEqual([]);
  await close();
});

test.each([
  ["an agent", agent],
  [
    "a recursion over an agent",
    { id: "a", type: "recursive", agentPackage: "worker", maxIterations: 1, convergenceCondition: "true" },
  ],
])("a call that %s repeats after a crash has its key and a higher attempt", async (_name, node) => {
  const disk = createDisk();
  const { send, calls } = slowTool();
  const dying = disk.connect();
  const one = await start([asks], { store: dying, tools: [send] });
  void one.run(node);
  await settled();
  dying.kill();
  const two = await start([{ text: "done" }], { store: disk.connect(), tools: [send] });
  const resumed = two.runtime.use(WorkflowExecutionService).resume("r");
  await settled();
  calls[1]!.end({ ok: true });
  expect((await resumed).status).toBe("completed");
  expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(calls[1]!.key).toBe(calls[0]!.key);
  await two.close();
});
